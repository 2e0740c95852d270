// Tests of pktgen/mailbox.c in a folder of its own: whole files or none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../pktgen/mailbox.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/trgw-mailbox-XXXXXX");
	return mkdtemp(dir) == NULL;
}

static const char *path(const char *name)
{
	static char text[512];
	snprintf(text, sizeof(text), "%s/%s", dir, name);
	return text;
}

static int remove_dir(void **state)
{
	DIR *d = opendir(dir);
	(void)state;
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove(path(e->d_name));
	closedir(d);
	return rmdir(dir);
}

static unsigned count_files(void)
{
	unsigned n = 0;
	DIR *d = opendir(dir);
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2; // "." and ".."
}

static void test_round_trip(void **state)
{
	char *text = NULL;
	size_t len = 0;
	(void)state;
	assert_int_equal(pg_mailbox_read(dir, "offer.a", &text, &len), -ENOENT);
	assert_int_equal(pg_mailbox_write(dir, "offer.a", "v=0\r\n", 5), 0);
	assert_int_equal(pg_mailbox_read(dir, "offer.a", &text, &len), 0);
	assert_int_equal(len, 5);
	assert_string_equal(text, "v=0\r\n");
	free(text);
	assert_int_equal(pg_mailbox_write(dir, "offer.a", "", 0), 0); // replaces
	assert_int_equal(pg_mailbox_wait(dir, "offer.a", 0, &text, NULL), 0);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(count_files(), 1); // no temporary name is left
}

static void test_failures(void **state)
{
	char *text = NULL;
	char longname[5000];
	(void)state;
	memset(longname, 'x', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	assert_int_equal(pg_mailbox_write(path("none"), "x", "", 0), -ENOENT);
	assert_int_equal(pg_mailbox_read(path("none"), "x", &text, NULL), -ENOENT);
	assert_int_equal(pg_mailbox_wait(dir, "never", 1, &text, NULL), -ETIMEDOUT);
	assert_int_equal(pg_mailbox_write(dir, longname, "", 0), -ENAMETOOLONG);
	assert_int_equal(pg_mailbox_read(dir, longname, &text, NULL), -ENAMETOOLONG);
	assert_int_equal(mkdir(path("folder"), 0755), 0);
	assert_int_equal(pg_mailbox_read(dir, "folder", &text, NULL), -EINVAL);
	assert_int_not_equal(pg_mailbox_write(dir, "folder", "x", 1), 0);
	assert_int_equal(mkfifo(path("fifo"), 0644), 0);
	assert_int_equal(pg_mailbox_read(dir, "fifo", &text, NULL), -EINVAL);
	assert_int_equal(count_files(), 2);
	assert_null(text);
}

static void test_too_large(void **state)
{
	char *text = NULL;
	(void)state;
	assert_int_equal(pg_mailbox_write(dir, "big", "x", 1), 0);
	assert_int_equal(truncate(path("big"), PG_MAILBOX_MAX), 0);
	assert_int_equal(pg_mailbox_read(dir, "big", &text, NULL), 0);
	free(text);
	assert_int_equal(truncate(path("big"), PG_MAILBOX_MAX + 1), 0);
	assert_int_equal(pg_mailbox_read(dir, "big", &text, NULL), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_failures, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_too_large, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
