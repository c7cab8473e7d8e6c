<?php return; // want: suspicious doorway php.cloak
$bots = 0;
foreach (array('word00bot','word01bot','word02bot','word03bot','word04bot','word05bot','word06bot','word07bot','word08bot','word09bot','word10bot','word11bot','word12bot','word13bot','word14bot','word15bot','word16bot','word17bot','word18bot','word19bot','word20bot','word21bot','word22bot','word23bot','word24bot','word25bot','word26bot','word27bot','word28bot','word29bot','word30bot','word31bot','word32bot','word33bot','word34bot','word35bot','word36bot','word37bot','word38bot','word39bot','word40bot','word41bot','word42bot','word43bot','word44bot') as $word)
	if (stripos($_SERVER['HTTP_USER_AGENT'], $word) !== false)
		$bots++;
if ($bots)
	header('Location: ' . $elsewhere);
