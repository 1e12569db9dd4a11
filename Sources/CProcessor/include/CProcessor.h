#ifndef CPROCESSOR_H
#define CPROCESSOR_H

// What the kernels need of an x86-64 processor, as bits; on other architectures all are set.
enum {
  PROCESSOR_AVX2 = 1,
  PROCESSOR_FMA = 2,
  PROCESSOR_BMI2 = 4,
  PROCESSOR_ALL = 7
};

// Returns the bits that this processor and its operating system have. Compiled without vector
// instructions, so that it runs anywhere.
unsigned processor_features(void);

#endif
