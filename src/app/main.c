/* main - the command line's front door; wiring comes with the verbs. */
int main(void)
{
	return 0;
}
