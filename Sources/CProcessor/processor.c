#include "CProcessor.h"

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
