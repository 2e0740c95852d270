// A capture file on disk: rotated by size and age, all files together within a budget.
#include "mirror_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".pcapng";

void dp_file_init(struct dp_file *f)
{
	f->fd = -1;
	f->size = f->opened_s = f->tried_s = 0;
	f->number = 0;
}

static bool rotates(const struct dp_file *f)
{
	return f->rotate_bytes || f->rotate_s;
}

/* Bytes at which a file is full. Rotation by time alone still needs one to keep a budget. */
static uint64_t limit(const struct dp_file *f)
{
	return f->rotate_bytes ? f->rotate_bytes : f->budget_bytes ? f->budget_bytes / 8 : 0;
}

/* Length of the path before its suffix. */
static size_t stem(const char *path)
{
	size_t n = strlen(path), s = sizeof(suffix) - 1;

	return n > s && !strcmp(path + n - s, suffix) ? n - s : n;
}

static void file_name(const struct dp_file *f, unsigned long number, char *buf, size_t size)
{
	size_t n = stem(f->path);

	snprintf(buf, size, "%.*s-%06lu%s", (int)n, f->path, number, f->path + n);
}

/* The number in the name of one of our files in its folder; 0: not ours. */
static unsigned long number_of(const char *base, const char *name)
{
	size_t n = stem(base), digits;
	unsigned long number;

	if (strncmp(name, base, n) != 0 || name[n] != '-')
		return 0;
	name += n + 1;
	digits = strspn(name, "0123456789");
	if (digits < 6 || digits > 15 || strcmp(name + digits, base + n) != 0)
		return 0;
	number = strtoul(name, NULL, 10);
	return number;
}

/* What lies on disk of earlier files. */
struct found {
	unsigned long oldest, newest; // 0: none
	uint64_t bytes;
};

static struct found look(const struct dp_file *f)
{
	const char *slash = strrchr(f->path, '/'), *base = slash ? slash + 1 : f->path;
	struct found found = {0};
	char folder[PATH_MAX];
	struct dirent *e;
	struct stat st;
	DIR *d;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - f->path + 1) : 1,
		 slash ? f->path : ".");
	d = opendir(folder);
	while (d && (e = readdir(d)) != NULL) {
		unsigned long number = number_of(base, e->d_name);

		if (!number || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		found.bytes += (uint64_t)st.st_size;
		if (!found.oldest || number < found.oldest)
			found.oldest = number;
		if (number > found.newest)
			found.newest = number;
	}
	if (d)
		closedir(d);
	return found;
}

/* Removes the oldest files until a full new one fits; finds the number of the next. */
static void make_room(struct dp_file *f)
{
	struct found found = look(f);
	char name[PATH_MAX];

	if (found.newest > f->number)
		f->number = found.newest;
	while (f->budget_bytes && found.oldest && found.bytes + limit(f) > f->budget_bytes) {
		file_name(f, found.oldest, name, sizeof(name));
		if (unlink(name) < 0)
			return;
		found = look(f);
	}
}

static int write_all(struct dp_file *f, const void *bytes, size_t len)
{
	const char *p = bytes;
	size_t done = 0;
	int rc = 0;

	while (done < len) {
		ssize_t n = write(f->fd, p + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = n < 0 ? -errno : -EIO;
			break;
		}
		done += (size_t)n;
	}
	if (rc == 0) {
		f->size += len;
		return 0;
	}
	/* Half a block would make the whole file unreadable behind it. */
	if (ftruncate(f->fd, (off_t)f->size) < 0 || lseek(f->fd, (off_t)f->size, SEEK_SET) < 0)
		dp_file_close(f);
	return rc;
}

static int open_next(struct dp_file *f, uint64_t now_s)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	char name[PATH_MAX];
	struct stat st;
	int rc;

	if (f->tried_s && f->tried_s == now_s)
		return -EAGAIN;
	f->tried_s = now_s;
	if (rotates(f)) {
		make_room(f);
		file_name(f, ++f->number, name, sizeof(name));
		flags |= O_EXCL;
	} else {
		snprintf(name, sizeof(name), "%s", f->path);
	}
	f->fd = open(name, flags, 0600);
	if (f->fd < 0)
		return -errno;
	f->size = 0;
	f->opened_s = now_s;
	if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode) || ftruncate(f->fd, 0) < 0) {
		dp_file_close(f);
		return -EINVAL;
	}
	rc = write_all(f, f->head, f->head_len);
	if (rc) {
		dp_file_close(f);
		unlink(name);
	}
	return rc;
}

static bool is_full(const struct dp_file *f, size_t len, uint64_t now_s)
{
	if (!rotates(f) || f->size <= f->head_len)
		return false;
	return (limit(f) && f->size + len > limit(f)) ||
	       (f->rotate_s && now_s - f->opened_s >= f->rotate_s);
}

int dp_file_write(struct dp_file *f, const void *bytes, size_t len, uint64_t now_s)
{
	int rc;

	if (f->fd >= 0 && is_full(f, len, now_s)) {
		dp_file_close(f);
		f->tried_s = 0;
	}
	if (f->fd < 0) {
		rc = open_next(f, now_s);
		if (rc)
			return rc;
	}
	if (!rotates(f) && f->budget_bytes && f->size + len > f->budget_bytes)
		return -EDQUOT;
	return write_all(f, bytes, len);
}

void dp_file_close(struct dp_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
