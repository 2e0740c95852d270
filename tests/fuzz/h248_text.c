// Fuzzes the H.248 text decoder: whatever it accepts has to survive both styles of encoding.
#include "../vectors/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 65536)
		roundtrip(data, size);
	return 0;
}
