// Capture files on disk: rotation by size and age, the budget, a disk that refuses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "../../dataplane/mirror_file.h"

enum { HEAD = 10 };

static char folder[64], base[96];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/trgw-file.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(base, sizeof(base), "%s/c.pcapng", folder);
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	return system(cmd);
}

static struct dp_file file(uint64_t rotate_bytes, uint64_t rotate_s, uint64_t budget)
{
	struct dp_file f = {.path = base,
			    .rotate_bytes = rotate_bytes,
			    .rotate_s = rotate_s,
			    .budget_bytes = budget,
			    .head = "0123456789",
			    .head_len = HEAD};

	dp_file_init(&f);
	return f;
}

/* Size of a numbered file, 0 = the one without a number; -1: there is none. */
static long size_of(unsigned number)
{
	char name[128];
	struct stat st;

	if (number)
		snprintf(name, sizeof(name), "%s/c-%06u.pcapng", folder, number);
	else
		snprintf(name, sizeof(name), "%s", base);
	return stat(name, &st) == 0 ? (long)st.st_size : -1;
}

static void one_file(void **state)
{
	struct dp_file f = file(0, 0, 100);

	(void)state;
	assert_int_equal(dp_file_write(&f, "abcde", 5, 1), 0);
	assert_int_equal(size_of(0), 15);
	assert_int_equal(dp_file_write(&f, base, 85, 1000), 0);
	assert_int_equal(dp_file_write(&f, "x", 1, 1000), -EDQUOT);
	assert_int_equal(size_of(0), 100);
	dp_file_close(&f);
	/* A new start begins the file anew. */
	f = file(0, 0, 0);
	assert_int_equal(dp_file_write(&f, "a", 1, 1), 0);
	assert_int_equal(size_of(0), HEAD + 1);
	dp_file_close(&f);
}

static void rotates_by_size(void **state)
{
	struct dp_file f = file(30, 0, 0);

	(void)state;
	assert_int_equal(dp_file_write(&f, "abcdefghijklmnopqrst", 20, 1), 0); // just fits
	assert_int_equal(dp_file_write(&f, "a", 1, 1), 0);
	assert_int_equal(size_of(1), 30);
	assert_int_equal(size_of(2), HEAD + 1);
	/* More than a file holds at once still gets one. */
	assert_int_equal(dp_file_write(&f, base, 50, 1), 0);
	assert_int_equal(size_of(3), 60);
	dp_file_close(&f);
	/* Numbers go on after a restart. */
	f = file(30, 0, 0);
	assert_int_equal(dp_file_write(&f, "a", 1, 1), 0);
	assert_int_equal(size_of(4), HEAD + 1);
	dp_file_close(&f);
}

static void rotates_by_age(void **state)
{
	struct dp_file f = file(0, 60, 0);

	(void)state;
	assert_int_equal(dp_file_write(&f, "a", 1, 100), 0);
	assert_int_equal(dp_file_write(&f, "a", 1, 159), 0);
	assert_int_equal(size_of(2), -1);
	assert_int_equal(dp_file_write(&f, "a", 1, 160), 0);
	assert_int_equal(size_of(1), HEAD + 2);
	assert_int_equal(size_of(2), HEAD + 1);
	dp_file_close(&f);
}

static void budget(void **state)
{
	struct dp_file f = file(20, 0, 60);
	char other[128];

	(void)state;
	/* A file that only looks like ours is left alone. */
	snprintf(other, sizeof(other), "%s/c-000001.pcapng.bak", folder);
	assert_true(close(open(other, O_CREAT | O_WRONLY, 0600)) == 0);
	for (unsigned i = 1; i <= 10; i++) {
		long sum = 0;

		assert_int_equal(dp_file_write(&f, "abcdefghij", 10, i), 0);
		for (unsigned k = 1; k <= i; k++)
			sum += size_of(k) > 0 ? size_of(k) : 0;
		assert_true(sum <= 60);
	}
	assert_int_equal(size_of(7), -1);
	for (unsigned k = 8; k <= 10; k++)
		assert_int_equal(size_of(k), 20);
	dp_file_close(&f);
	assert_int_equal(access(other, F_OK), 0);
}

/* Age alone rotates, but the budget still holds. */
static void budget_by_age(void **state)
{
	struct dp_file f = file(0, 3600, 800);
	char block[50] = {0};
	long sum = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(dp_file_write(&f, block, sizeof(block), 1), 0);
	for (unsigned k = 1; k < 200; k++)
		sum += size_of(k) > 0 ? size_of(k) : 0;
	assert_in_range(sum, 500, 800);
	dp_file_close(&f);
}

/* A limit on file size stands for a full disk: half a write must leave no half a block. */
static void full_disk(void **state)
{
	struct rlimit old, small = {.rlim_cur = 25};
	struct dp_file f = file(0, 0, 0);
	char block[12] = {0};

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	assert_int_equal(dp_file_write(&f, block, sizeof(block), 1), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(dp_file_write(&f, block, sizeof(block), 1), -EFBIG);
	assert_int_equal(size_of(0), 22);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(dp_file_write(&f, block, sizeof(block), 1), 0);
	assert_int_equal(size_of(0), 34);
	dp_file_close(&f);
}

/* What cannot be opened is tried again a second later, not with every packet. */
static void no_folder(void **state)
{
	struct dp_file f = file(0, 0, 0);
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/later/c.pcapng", folder);
	f.path = path;
	assert_int_equal(dp_file_write(&f, "a", 1, 7), -ENOENT);
	*strrchr(path, '/') = 0;
	assert_int_equal(mkdir(path, 0700), 0);
	path[strlen(path)] = '/';
	assert_int_equal(dp_file_write(&f, "a", 1, 7), -EAGAIN);
	assert_int_equal(dp_file_write(&f, "a", 1, 8), 0);
	dp_file_close(&f);
}

/* Captures are secret, and a link leads nowhere. */
static void modes(void **state)
{
	struct dp_file f = file(0, 0, 0);
	struct stat st;

	(void)state;
	assert_int_equal(symlink("/tmp/elsewhere", base), 0);
	assert_int_equal(dp_file_write(&f, "a", 1, 1), -ELOOP);
	assert_int_equal(unlink(base), 0);
	assert_int_equal(dp_file_write(&f, "a", 1, 2), 0);
	assert_int_equal(stat(base, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	dp_file_close(&f);
	assert_int_equal(unlink(base), 0);
	assert_int_equal(mkfifo(base, 0600), 0);
	f = file(0, 0, 0);
	assert_true(dp_file_write(&f, "a", 1, 3) < 0);
}

int main(void)
{
#define EACH(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(one_file),      EACH(rotates_by_size), EACH(rotates_by_age), EACH(budget),
		EACH(budget_by_age), EACH(full_disk),       EACH(no_folder),      EACH(modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
