<?php return; // want: clean
/* Names that differ by a word, no hiding. */
$kind = defined('SKIN') ? 'Plain' : 'Full';
$name = 'Page';
eval('class ' . $name . ' extends ' . $kind . $name . ' { }');
