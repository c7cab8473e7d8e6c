<?php return; // want: clean
$style = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:php="http://php.net/xsl">
<xsl:template match="/root"><xsl:value-of select="php:function(\'strtoupper\', string(.))"/></xsl:template></xsl:stylesheet>';
$to = new XSLTProcessor();
$to->registerPHPFunctions(array('strtoupper'));
$to->importStyleSheet(DOMDocument::loadXML($style));
echo $to->transformToXML(DOMDocument::loadXML($_POST['xml']));
