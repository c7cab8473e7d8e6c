/*
 * outside - see outside.h: names that PHP itself has, and a count of all others that a file uses.
 *
 * A script of an attacker's own has to run wherever it is put: it calls PHP and itself. A part of a program calls that
 * program. The lists are facts of the PHP manual (function reference, predefined classes and constants); a family of
 * functions is one prefix. What they lack makes a file look a little more like a part of a program, nothing else.
 * TRUST: the names are the scanned file's; they are only compared.
 */
#include "scan/outside.h"

#include "scan/array.h"
#include "scan/engine.h"

#include <stdlib.h>

/* clang-format off */
/* Families: what begins so. */
static const char *const families[] = {
	"apache_", "apc_", "apcu_", "array_", "bc", "bz", "com_", "ctype_", "curl_", "date_", "dba_", "debug_",
	"deflate_", "ereg", "exif_", "fbsql_", "filter_", "finfo_", "ftp_", "func_", "gc_", "geoip_", "gmp_",
	"gnupg_", "gz", "hash_", "ibase_", "iconv_", "ifx_", "image", "imap_", "inet_", "inflate_", "ini_",
	"json_", "ldap_", "libxml_", "locale_", "mb_", "mcrypt_", "memcache_", "msg_", "msql_", "mssql_",
	"mysql_", "mysqli_", "ncurses_", "ob_", "oci", "oci_", "odbc_", "opcache_", "openssl_", "ora_",
	"password_", "pcntl_", "pdf_", "pg_", "posix_", "preg_", "proc_", "random_", "readline_", "rrd_",
	"sem_", "session_", "shm_", "shmop_", "snmp", "socket_", "spl_", "sqlite3_", "sqlite_", "sqlsrv_",
	"ssh2_", "str_", "stream_", "sybase_", "tidy_", "timezone_", "utf8_", "var_", "wddx_", "xml_",
	"xmlrpc_", "xmlwriter_", "yaml_", "zip_",
};

/* Sorted: searched by halves. */
static const char *const functions_of_php[] = {
	"abs", "acos", "acosh", "addcslashes", "addslashes", "arsort", "asin", "asinh", "asort", "assert",
	"assert_options", "atan", "atan2", "atanh", "base64_decode", "base64_encode", "base_convert",
	"basename", "bin2hex", "bind_textdomain_codeset", "bindec", "bindtextdomain", "boolval",
	"call_user_func", "call_user_func_array", "call_user_method", "call_user_method_array", "ceil",
	"chdir", "checkdate", "checkdnsrr", "chgrp", "chmod", "chop", "chown", "chr", "chroot", "chunk_split",
	"class_alias", "class_exists", "class_implements", "class_parents", "class_uses", "clearstatcache",
	"cli_get_process_title", "cli_set_process_title", "closedir", "closelog", "connection_aborted",
	"connection_status", "connection_timeout", "constant", "convert_cyr_string", "convert_uudecode",
	"convert_uuencode", "copy", "cos", "cosh", "count", "count_chars", "crc32", "create_function", "crypt",
	"current", "date", "dcgettext", "dcngettext", "decbin", "dechex", "decoct", "define", "defined",
	"deg2rad", "dgettext", "die", "dir", "dirname", "disk_free_space", "disk_total_space", "diskfreespace",
	"dl", "dngettext", "dns_check_record", "dns_get_mx", "dns_get_record", "doubleval", "each", "empty",
	"end", "error_clear_last", "error_get_last", "error_log", "error_reporting", "escapeshellarg",
	"escapeshellcmd", "eval", "exec", "exit", "exp", "expect_popen", "explode", "expm1",
	"extension_loaded", "fastcgi_finish_request", "fclose", "fdiv", "feof", "fflush", "fgetc", "fgetcsv",
	"fgets", "fgetss", "file", "file_exists", "file_get_contents", "file_put_contents", "fileatime",
	"filectime", "filegroup", "fileinode", "filemtime", "fileowner", "fileperms", "filesize", "filetype",
	"floatval", "flock", "floor", "flush", "fmod", "fnmatch", "fopen", "forward_static_call",
	"forward_static_call_array", "fpassthru", "fprintf", "fputcsv", "fputs", "fread", "fscanf", "fseek",
	"fsockopen", "fstat", "ftell", "ftok", "ftruncate", "function_exists", "fwrite", "gd_info",
	"get_browser", "get_called_class", "get_cfg_var", "get_class", "get_class_methods", "get_class_vars",
	"get_current_user", "get_debug_type", "get_declared_classes", "get_declared_interfaces",
	"get_declared_traits", "get_defined_constants", "get_defined_functions", "get_defined_vars",
	"get_extension_funcs", "get_headers", "get_html_translation_table", "get_include_path",
	"get_included_files", "get_loaded_extensions", "get_magic_quotes_gpc", "get_magic_quotes_runtime",
	"get_mangled_object_vars", "get_meta_tags", "get_object_vars", "get_parent_class",
	"get_required_files", "get_resource_id", "get_resource_type", "get_resources", "getallheaders",
	"getcwd", "getdate", "getdir", "getenv", "gethostbyaddr", "gethostbyname", "gethostbynamel",
	"gethostname", "getimagesize", "getimagesizefromstring", "getlastmod", "getmxrr", "getmygid",
	"getmyinode", "getmypid", "getmyuid", "getopt", "getprotobyname", "getprotobynumber", "getrandmax",
	"getrusage", "getservbyname", "getservbyport", "gettext", "gettimeofday", "gettype", "glob", "gmdate",
	"gmmktime", "gmstrftime", "hash", "header", "header_register_callback", "header_remove",
	"headers_list", "headers_sent", "hebrev", "hebrevc", "hex2bin", "hexdec", "highlight_file",
	"highlight_string", "hrtime", "html_entity_decode", "htmlentities", "htmlspecialchars",
	"htmlspecialchars_decode", "http_build_query", "http_response_code", "hypot", "iconv", "idate",
	"idn_to_ascii", "idn_to_utf8", "ignore_user_abort", "implode", "import_request_variables", "in_array",
	"intdiv", "interface_exists", "intval", "ip2long", "is_a", "is_array", "is_bool", "is_callable",
	"is_countable", "is_dir", "is_double", "is_executable", "is_file", "is_finite", "is_float",
	"is_infinite", "is_int", "is_integer", "is_iterable", "is_link", "is_long", "is_nan", "is_null",
	"is_numeric", "is_object", "is_readable", "is_real", "is_resource", "is_scalar", "is_soap_fault",
	"is_string", "is_subclass_of", "is_uploaded_file", "is_writable", "is_writeable", "isset",
	"iterator_apply", "iterator_count", "iterator_to_array", "join", "key", "key_exists", "krsort",
	"ksort", "lcfirst", "lcg_value", "lchgrp", "lchown", "levenshtein", "link", "litespeed_finish_request",
	"localeconv", "localtime", "log", "log10", "log1p", "long2ip", "lstat", "ltrim", "mail", "main", "max",
	"mbereg", "mbereg_match", "mbereg_replace", "mbereg_search", "mbereg_search_getpos",
	"mbereg_search_getregs", "mbereg_search_init", "mbereg_search_pos", "mbereg_search_regs",
	"mbereg_search_setpos", "mberegi", "mberegi_replace", "mbsplit", "md5", "md5_file",
	"memory_get_peak_usage", "memory_get_usage", "metaphone", "method_exists", "mhash", "mhash_count",
	"mhash_get_block_size", "mhash_get_hash_name", "mhash_keygen_s2k", "microtime", "mime_content_type",
	"min", "mkdir", "mktime", "money_format", "move_uploaded_file", "mt_getrandmax", "mt_rand", "mt_srand",
	"natcasesort", "natsort", "net_get_interfaces", "next", "ngettext", "nl2br", "nl_langinfo",
	"number_format", "octdec", "opendir", "openlog", "ord", "pack", "parse_ini_file", "parse_ini_string",
	"parse_str", "parse_url", "passthru", "pathinfo", "pclose", "pdo_drivers", "pfsockopen",
	"php_ini_loaded_file", "php_ini_scanned_files", "php_logo_guid", "php_sapi_name",
	"php_strip_whitespace", "php_uname", "phpcredits", "phpinfo", "phpversion", "popen", "pos", "pow",
	"prev", "print", "print_r", "printf", "property_exists", "putenv", "quoted_printable_decode",
	"quoted_printable_encode", "quotemeta", "rad2deg", "rand", "range", "rawurldecode", "rawurlencode",
	"read_exif_data", "readdir", "readfile", "readgzfile", "readline", "readlink", "realpath",
	"recode_string", "register_shutdown_function", "register_tick_function", "rename", "reset",
	"restore_error_handler", "restore_exception_handler", "restore_include_path", "rewind", "rewinddir",
	"rmdir", "round", "rsort", "rtrim", "scandir", "serialize", "set_error_handler",
	"set_exception_handler", "set_file_buffer", "set_include_path", "set_magic_quotes_runtime",
	"set_time_limit", "setcookie", "setlocale", "setrawcookie", "settype", "sha1", "sha1_file",
	"shell_exec", "show_source", "shuffle", "similar_text", "simplexml_import_dom", "simplexml_load_file",
	"simplexml_load_string", "sin", "sinh", "sizeof", "sleep", "sort", "soundex", "split", "spliti",
	"sprintf", "sql_regcase", "sqrt", "srand", "sscanf", "stat", "strcasecmp", "strchr", "strcmp",
	"strcoll", "strcspn", "strftime", "strip_tags", "stripcslashes", "stripos", "stripslashes", "stristr",
	"strlen", "strnatcasecmp", "strnatcmp", "strncasecmp", "strncmp", "strpbrk", "strpos", "strptime",
	"strrchr", "strrev", "strripos", "strrpos", "strspn", "strstr", "strtok", "strtolower", "strtotime",
	"strtoupper", "strtr", "strval", "substr", "substr_compare", "substr_count", "substr_replace",
	"swfaction", "swfbitmap", "swfbutton", "swfbutton_keypress", "swfdisplayitem", "swffill", "swffont",
	"swfgradient", "swfmorph", "swfmovie", "swfshape", "swfsprite", "swftext", "swftextfield", "symlink",
	"sys_get_temp_dir", "sys_getloadavg", "syslog", "system", "tan", "tanh", "tempnam", "textdomain",
	"time", "time_nanosleep", "time_sleep_until", "tmpfile", "token_get_all", "touch", "trait_exists",
	"trigger_error", "trim", "uasort", "ucfirst", "ucwords", "uksort", "umask", "uniqid", "unlink",
	"unpack", "unregister_tick_function", "unserialize", "unset", "urldecode", "urlencode", "user_error",
	"usleep", "usort", "version_compare", "vfprintf", "virtual", "vprintf", "vsprintf",
	"win_shell_execute", "wordwrap", "zend_version", "zlib_decode", "zlib_encode", "zlib_get_coding_type",
};

static const char *const classes_of_php[] = {
	"appenditerator", "argumentcounterror", "arrayaccess", "arrayiterator", "arrayobject",
	"badfunctioncallexception", "badmethodcallexception", "cachingiterator", "callbackfilteriterator",
	"closure", "com", "curlfile", "dateinterval", "dateperiod", "datetime", "datetimeimmutable",
	"datetimezone", "directoryiterator", "domdocument", "domxpath", "dotnet", "error", "errorexception",
	"exception", "ffi", "filesystemiterator", "filteriterator", "generator", "globiterator", "imagick",
	"infiniteiterator", "invalidargumentexception", "iteratoriterator", "java", "jsonexception",
	"limititerator", "logicexception", "memcache", "memcached", "multipleiterator", "mysqli",
	"norewinditerator", "outofboundsexception", "parent", "parseerror", "pdo", "pdoexception", "perl", "phar",
	"phardata", "recursivearrayiterator", "recursivedirectoryiterator", "recursiveiteratoriterator",
	"recursiveregexiterator", "redis", "reflectionclass", "reflectionexception", "reflectionfunction",
	"reflectionmethod", "reflectionobject", "reflectionproperty", "regexiterator", "runtimeexception",
	"self", "simplexmlelement", "soapclient", "soapserver", "splfileinfo", "splfileobject",
	"splobjectstorage", "splqueue", "splstack", "spltempfileobject", "sqlite3", "sqlitedatabase", "static",
	"stdclass", "throwable", "typeerror", "unexpectedvalueexception", "variant", "weakmap", "xmlreader",
	"xmlwriter", "xsltprocessor", "ziparchive",
};

static const char *const constants_of_php[] = {
	"AF_", "CASE_", "CLSCTX_", "CONNECTION_", "COUNT_", "CREDITS_", "CURL", "DATE_", "DEBUG_",
	"DEFAULT_INCLUDE_PATH", "DIRECTORY_SEPARATOR", "DNS_", "ENT_", "EXIF", "EXTR_", "E_", "FALSE", "FILE_",
	"FILTER_", "FNM_", "FTP_", "GLOB_", "HASH_", "HTML_", "ICONV_", "IMAGETYPE_", "IMG_", "INF", "INFO_",
	"INI_", "INPUT_", "IPPROTO_", "JSON_", "LC_", "LDAP_", "LIBXML_", "LOCK_", "LOG_", "MB_", "MCRYPT_",
	"MSG_", "MSSQL_", "MYSQL", "M_", "NAN", "NULL", "OCI_", "ODBC_", "OPENSSL_", "OP_", "PASSWORD_",
	"PATHINFO_", "PATH_SEPARATOR", "PDO_", "PEAR_", "PGSQL_", "PHP_", "PNG_", "POSIX_", "PREG_", "PSFS_",
	"SEEK_", "SIG", "SOCKET_", "SOCK_", "SOL_", "SORT_", "SO_", "SQLITE", "SQLSRV_", "SQLT_", "STDERR",
	"STDIN", "STDOUT", "STREAM_", "STR_PAD_", "TRUE", "T_", "UPLOAD_", "WNOHANG", "WUNTRACED", "XML_",
	"ZLIB_",
};
/* clang-format on */

enum { WORD_MOST = 48, NAMES_MORE = 4096 };

static int compare(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool listed(const char *const *list, size_t n, const char *word)
{
	return bsearch(word, list, n, sizeof(*list), compare) != NULL;
}

static bool begins(const char *const *list, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (span_starts(word, span_str(list[i])))
			return true;
	return false;
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* NUL-terminated, without a namespace in front; false: no name of PHP's is that long. */
static bool word_of(struct span name, char word[WORD_MOST])
{
	ptrdiff_t part = span_rfind(name, '\\');

	name = span_from(name, (size_t)(part + 1));
	if (name.n >= WORD_MOST)
		return false;
	if (name.n)
		memcpy(word, name.p, name.n);
	word[name.n] = '\0';
	return true;
}

bool outside_is_function(struct span name)
{
	char word[WORD_MOST];

	return word_of(name, word) && (listed(functions_of_php, COUNT(functions_of_php), word) ||
				       begins(families, COUNT(families), span_str(word)));
}

static bool is_class(struct span name)
{
	char word[WORD_MOST];

	return word_of(name, word) &&
	       (listed(classes_of_php, COUNT(classes_of_php), word) || span_starts(name, SPAN("reflection")));
}

/* Written like a constant, and long enough to be no word of its own: A_NAME. */
static bool is_constant(struct span name)
{
	bool bar = false;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '_')
			bar = true;
		else if (!(name.p[i] >= 'A' && name.p[i] <= 'Z') && !(name.p[i] >= '0' && name.p[i] <= '9'))
			return false;
	}
	return bar && name.n > 4;
}

enum { MET = 1, KNOWN = 2 /* as a function */ };

struct count {
	const struct engine *e;
	uint8_t *seen; /* by name, below CAP: MET, KNOWN */
	uint32_t cap, n;
};

static void met(struct count *c, uint32_t name)
{
	if (!name || name >= c->cap || c->seen[name] & MET)
		return;
	c->seen[name] |= MET;
	c->n++;
}

/* A call; a script may make a million of one function, so a name is looked up once. */
static void called(struct count *c, const struct engine *e, uint32_t name)
{
	if (name >= c->cap || c->seen[name])
		return;
	if (engine_function(e, name) || outside_is_function(engine_name_text(e, name)))
		c->seen[name] |= KNOWN;
	else
		met(c, name);
}

/* The class that a text names. */
static void class_met(struct count *c, struct engine *e, const struct value *v)
{
	uint32_t name = v->kind == V_TEXT ? engine_name(e, span_of(v->p, v->n), true) : 0;

	if (name && engine_class_at(e, name) == NO_CLASS && !is_class(engine_name_text(e, name)))
		met(c, name);
}

static void constant_met(struct count *c, struct engine *e, const struct value *v)
{
	struct span text = v->kind == V_TEXT ? span_of(v->p, v->n) : SPAN_NONE;

	if (!is_constant(text) || begins(constants_of_php, COUNT(constants_of_php), text) ||
	    array_find(e->defined, v, &e->steps_left))
		return;
	met(c, engine_name(e, text, false));
}

static void unit_met(struct count *c, struct engine *e, const struct unit *u)
{
	for (uint32_t i = 0; i < u->codes; i++) {
		const struct code *k = &u->code[i];

		if (k->op == C_CALL && !k->b)
			called(c, e, k->a);
		else if (k->op == C_CALL && k->b && i && u->code[i - 1].op == C_CONST &&
			 u->code[i - 1].a < e->constants)
			constant_met(c, e, &e->constant[u->code[i - 1].a]);
		else if (k->op == C_CONST && k->b && k->a < e->constants)
			class_met(c, e, &e->constant[k->a]);
	}
}

uint32_t outside_count(struct engine *e)
{
	/* names are added while we count */
	uint32_t cap = e->names + NAMES_MORE;
	struct count c = { .e = e, .seen = pool_take(&e->pool, cap), .cap = cap };

	if (!c.seen)
		return 0;
	for (uint32_t i = 0; i < e->units; i++)
		if (e->unit[i]->text->number == 0)
			unit_met(&c, e, e->unit[i]);
	for (uint32_t i = 0; i < e->classes; i++)
		if (e->class[i].parent && engine_class_at(e, e->class[i].parent) == NO_CLASS &&
		    !is_class(engine_name_text(e, e->class[i].parent)))
			met(&c, e->class[i].parent);
	return c.n;
}
