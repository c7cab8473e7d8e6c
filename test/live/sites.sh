#!/bin/sh
# sites.sh - run inside the lab: 20 sites of one php-fpm pool, all www-data, each with a form that mails from a plugin's folder.
set -eu
n=1
while [ $n -le 20 ]; do
	site=$(printf 'site%02d' $n)
	dir=/srv/$site/htdocs/plugins/form
	mkdir -p "$dir"
	cat >"$dir/mail.php" <<'END'
<?php
echo mail($_GET['to'], $_GET['subject'], "hello\n") ? 'sent' : 'not sent';
END
	cat >"/etc/nginx/sites-enabled/$site.conf" <<END
server {
    listen 80;
    server_name $site.test;
    root /srv/$site/htdocs;
    access_log /var/log/nginx/$site.test.access.log;
    location ~ \.php\$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass unix:/run/php/www.sock;
    }
}
END
	n=$((n + 1))
done
nginx -s reload
