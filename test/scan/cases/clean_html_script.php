<script src="https://static.example.org/menu.js"></script> <?php return; // want: clean
/* a piece of a page that loads what it needs */
echo '<div id="menu"></div>';
