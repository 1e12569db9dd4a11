#include "CProcessor.h"

#include <stdio.h>

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
  if (processor_message(processor_features(), text, sizeof text)) return 1;
  fprintf(stderr, "%s\n", text);
  return 0;
}
