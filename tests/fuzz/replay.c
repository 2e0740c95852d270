// Runs a fuzz target over every file of its corpus: the part of fuzzing that CI can repeat.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	long size;

	if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		perror(path);
		return 1;
	}
	rewind(f);
	exact = malloc((size_t)size); // exact size: ASan sees the first byte read too far
	if (size > 0 && (!exact || fread(exact, 1, (size_t)size, f) != (size_t)size)) {
		perror(path);
		return 1;
	}
	LLVMFuzzerTestOneInput(exact, (size_t)size);
	free(exact);
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent *e;
	unsigned ran = 0;
	char path[4096];
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;

	if (!d) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER (missing or not readable)\n", argv[0]);
		return 2;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		if (run_file(path))
			return 1;
		ran++;
	}
	closedir(d);
	printf("%u inputs\n", ran);
	return ran == 0; // an empty corpus tests nothing
}
