<?php return; // want: clean
return array('eval' => 'évaluer', "system(\$_GET)" => 'système', 'base64_decode' => "\xc3\xa9\xc3\xa8\xc3\xa0\xc3\xa9\xc3\xa8");
