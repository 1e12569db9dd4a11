#include "CProcessor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned processor_features(void) {
#if defined(__x86_64__)
  unsigned features = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) features |= PROCESSOR_AVX2;
  if (__builtin_cpu_supports("fma")) features |= PROCESSOR_FMA;
  if (__builtin_cpu_supports("bmi2")) features |= PROCESSOR_BMI2;
  return features;
#else
  return PROCESSOR_ALL;
#endif
}

static int has_avx512(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#else
  return 0;
#endif
}

int processor_vector_limit(const char *text) {
  if (!text || strcmp(text, "512") == 0) return 512;
  return strcmp(text, "256") == 0 ? 256 : 0;
}

int processor_vector_bits(void) {
  int limit = processor_vector_limit(getenv("DYAD_VECTOR_BITS"));
  return limit == 512 && has_avx512() ? 512 : 256;
}

int processor_message(unsigned features, char *text, size_t capacity) {
  text[0] = 0;
  if ((features & PROCESSOR_ALL) == PROCESSOR_ALL) return 1;
  snprintf(text, capacity,
           "error: this processor lacks%s%s%s: on x86-64, dyad needs AVX2, FMA and BMI2 "
           "(x86-64-v3: Intel Haswell of 2013, AMD Zen of 2017, or newer)",
           features & PROCESSOR_AVX2 ? "" : " AVX2", features & PROCESSOR_FMA ? "" : " FMA",
           features & PROCESSOR_BMI2 ? "" : " BMI2");
  return 0;
}

int processor_check(void) {
  char text[256];
  if (!processor_message(processor_features(), text, sizeof text)) {
    fprintf(stderr, "%s\n", text);
    return 0;
  }
  const char *limit = getenv("DYAD_VECTOR_BITS");
  if (!processor_vector_limit(limit)) {
    fprintf(stderr,
            "error: DYAD_VECTOR_BITS is '%.32s': expected 256 or 512, the most bits of a vector\n",
            limit);
    return 0;
  }
  return 1;
}
