// Writes the seeds of the packet fuzz target: seed_packet FOLDER. Run by hand when the form of its
// input changes; the files are in the tree (corpus/packet).
#include <stdio.h>

#include "../golden/packet.h"

/* One input under construction: a byte of choices (packet.c), then frames behind their lengths. */
struct seed {
	uint8_t bytes[4096];
	size_t len;
};

static void add(struct seed *s, const struct packet *p)
{
	size_t len;
	uint8_t *frame = packet_new(p, &len);

	if (s->len + 2 + len > sizeof(s->bytes))
		abort();
	put16(s->bytes + s->len, (uint32_t)len | 0x8000);
	memcpy(s->bytes + s->len + 2, frame, len);
	s->len += 2 + len;
	free(frame);
}

static int save(const struct seed *s, const char *folder, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (!f || fwrite(s->bytes, 1, s->len, f) != s->len || fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static struct packet packet(bool v6, bool from_a, uint8_t proto)
{
	struct packet p = {.proto = proto, .window = 512, .payload_len = 12};

	if (from_a) {
		p.src = v6 ? "2001:db8:a::20" : "198.51.100.20";
		p.dst = v6 ? "2001:db8:a::10" : "198.51.100.10";
		p.sport = 40000;
		p.dport = 20000;
	} else {
		p.src = v6 ? "2001:db8:b::20" : "203.0.113.20";
		p.dst = v6 ? "2001:db8:b::10" : "203.0.113.10";
		p.sport = 50000;
		p.dport = 30000;
	}
	return p;
}

static void add_tcp(struct seed *s, bool v6, bool from_a, uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct packet p = packet(v6, from_a, PACKET_TCP);

	p.tcp_flags = flags;
	p.seq = seq;
	p.ack = ack;
	p.payload_len = flags == ACK_ ? 5 : 0;
	if (flags & SYN_) {
		p.options = (const uint8_t *)"\2\4\5\xb4\1\3\3\7";
		p.options_len = 8;
	}
	add(s, &p);
}

static void add_life(struct seed *s, bool v6, bool reset)
{
	add_tcp(s, v6, true, SYN_, 100, 0);
	add_tcp(s, v6, false, SYN_ | ACK_, 900, 101);
	add_tcp(s, v6, true, ACK_, 101, 901);
	add_tcp(s, v6, false, ACK_, 901, 106);
	if (reset) {
		add_tcp(s, v6, false, RST_, 906, 0);
	} else {
		add_tcp(s, v6, true, FIN_ | ACK_, 106, 906);
		add_tcp(s, v6, false, FIN_ | ACK_, 906, 107);
		add_tcp(s, v6, true, ACK_, 107, 907);
	}
	add_tcp(s, v6, true, SYN_, 5000, 0);
}

static int seeds_of_calls(const char *folder)
{
	int bad = 0;

	for (unsigned choice = 0; choice < 256; choice++) {
		struct seed s = {.bytes = {(uint8_t)choice}, .len = 1};
		bool v6 = choice & 2;
		struct packet p;
		char name[32];

		/* One seed for each choice alone, and for the pairs with protocol and family. */
		if (__builtin_popcount(choice & 0xfc) > 1)
			continue;
		if (choice & 1) {
			add_life(&s, v6, choice & 4);
		} else {
			p = packet(v6, true, PACKET_UDP);
			add(&s, &p);
			p = packet(v6, false, PACKET_UDP);
			p.tagged = true;
			p.tci = 7;
			add(&s, &p);
		}
		snprintf(name, sizeof(name), "call-%02x", choice);
		bad |= save(&s, folder, name);
	}
	return bad;
}

/* ICMP errors about a UDP call, from both sides, for all four pairs of IP versions. */
static int seeds_of_errors(const char *folder)
{
	static const uint8_t types[2][2] = {{3, 11}, {2, 1}}; // unreachable, exceeded; too big, ..
	int bad = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint8_t choice = (uint8_t)((i & 1 ? 2 : 0) | (i & 2 ? 16 : 0));
		struct seed s = {.bytes = {choice}, .len = 1};
		char name[32];

		for (unsigned k = 0; k < 4; k++) {
			bool from_a = k & 1, v6 = (choice & 2) != 0;
			struct packet about, error;

			v6 = from_a ? v6 : v6 != !!(choice & 16);
			error = about = packet(v6, from_a, PACKET_UDP);
			about.src = error.dst;
			about.dst = error.src;
			about.sport = error.dport;
			about.dport = error.sport;
			about.payload_len = 20;
			error.proto = v6 ? PACKET_ICMP6 : PACKET_ICMP;
			error.icmp_type = types[v6][k >> 1];
			error.icmp_code = error.icmp_type == 3 ? 4 : 0;
			error.quote = &about;
			add(&s, &error);
		}
		snprintf(name, sizeof(name), "errors-%02x", choice);
		bad |= save(&s, folder, name);
	}
	return bad;
}

static int seed_of_neighbours(const char *folder)
{
	struct seed s = {.bytes = {0}, .len = 1};
	struct packet arp = {.ethertype = 0x0806, .padding = 28};
	struct packet ns = {.src = "2001:db8::7",
			    .dst = "ff02::1:ff00:1",
			    .proto = PACKET_ICMP6,
			    .icmp_type = 135,
			    .ttl = 255,
			    .payload_len = 28,
			    .payload = "\0\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
				       "\1\1\2\0\0\0\0\x0b"};
	struct packet na = ns;
	struct packet echo4 = packet(false, true, PACKET_ICMP);
	struct packet echo6 = packet(true, true, PACKET_ICMP6);
	size_t at;

	at = s.len + 2 + 14;
	add(&s, &arp);
	memcpy(s.bytes + at, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\x0b\xc0\0\2\7\0\0\0\0\0\0\xc0\0\2\1",
	       28);
	add(&s, &ns);
	na.icmp_type = 136;
	na.dst = "2001:db8::1";
	na.payload = "\x60\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\2\1\2\0\0\0\0\x0b";
	add(&s, &na);
	echo4.icmp_type = 8;
	add(&s, &echo4);
	echo6.icmp_type = 128;
	add(&s, &echo6);
	return save(&s, folder, "neighbours");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	return seeds_of_calls(argv[1]) | seeds_of_errors(argv[1]) | seed_of_neighbours(argv[1]);
}
