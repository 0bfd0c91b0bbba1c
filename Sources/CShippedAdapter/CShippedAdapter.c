#include "CShippedAdapter.h"

// C23's #embed, which this compiler has in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

#if __has_embed("../../samples/adapter/asclepius-smollm2-135m.gguf") == __STDC_EMBED_FOUND__

static const unsigned char bytes[] = {
#embed "../../samples/adapter/asclepius-smollm2-135m.gguf"
};

const unsigned char *shipped_adapter_bytes(void) { return bytes; }
size_t shipped_adapter_byte_count(void) { return sizeof bytes; }

#else

const unsigned char *shipped_adapter_bytes(void) { return NULL; }
size_t shipped_adapter_byte_count(void) { return 0; }

#endif
