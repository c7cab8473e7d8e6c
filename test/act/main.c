/*
 * main - act-driver STATE ROOT, lines on standard input: see driver.h.
 */
#include "driver.h"

int main(int argc, char **argv)
{
	return argc == 3 ? drive(argv[1], argv[2], stdin, stdout) : 64;
}
