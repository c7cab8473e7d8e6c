<?php return; // want: suspicious obfuscated php.super.hidden
$all = ${'_' . strrev('TSO' . 'P')};
$show = 'strtoupper';
echo $show($all['name']);
