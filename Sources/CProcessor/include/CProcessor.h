#ifndef CPROCESSOR_H
#define CPROCESSOR_H

#include <stddef.h>

// The check that a program makes before anything else. It is C, in a target without vector flags:
// generic Swift code may be shared with targets that have them, and then needs what it checks.

// What the kernels need of an x86-64 processor, as bits; on other architectures all are set.
enum {
  PROCESSOR_AVX2 = 1,
  PROCESSOR_FMA = 2,
  PROCESSOR_BMI2 = 4,
  PROCESSOR_ALL = 7
};

// Returns the bits that this processor and its operating system have.
unsigned processor_features(void);

// Writes what a processor with a set of features lacks, as one line without its end; an empty text
// when it lacks nothing. Returns whether it lacks nothing.
int processor_message(unsigned features, char *text, size_t capacity);

// Returns the most bits of a vector that a text asks for: 256 or 512; 512 without a text, 0 for any
// other text.
int processor_vector_limit(const char *text);

// Returns the bits in the widest vectors that kernels may use: 512 where the processor has AVX-512
// (x86-64-v4), else 256. The environment's DYAD_VECTOR_BITS=256 keeps to 256. Results have the same
// bits either way.
int processor_vector_bits(void);

// Returns whether the kernels can run here; if not, says on standard error what is missing.
int processor_check(void);

#endif
