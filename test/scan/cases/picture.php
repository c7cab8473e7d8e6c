GIF89a <?php return; // want: suspicious backdoor php.picture
echo 'a picture that says something';
