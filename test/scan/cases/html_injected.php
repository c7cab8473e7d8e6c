<script type='text/javascript' src='https://count.example.net/m.js?n=a5'></script><?php return; // want: suspicious doorway php.html.injected
// nothing to see here
