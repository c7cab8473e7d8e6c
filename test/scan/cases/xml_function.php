<?php return; // want: suspicious backdoor php.given.markup
$style = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:call="http://php.net/xsl">
<xsl:template match="/root"><xsl:value-of select="call:function(\'assert\', string(.))"/></xsl:template></xsl:stylesheet>';
$to = new XSLTProcessor();
$to->registerPHPFunctions();
$to->importStyleSheet(DOMDocument::loadXML($style));
$to->transformToXML(DOMDocument::loadXML('<root>phpinfo()</root>'));
