/** `nvmlReturn_t` by number, as the header of NVML's API 13 has them (NVIDIA/go-nvml, gen/nvml/nvml.h). */
const names: Readonly<Record<number, string>> = {
  0: 'NVML_SUCCESS',
  1: 'NVML_ERROR_UNINITIALIZED',
  2: 'NVML_ERROR_INVALID_ARGUMENT',
  3: 'NVML_ERROR_NOT_SUPPORTED',
  4: 'NVML_ERROR_NO_PERMISSION',
  5: 'NVML_ERROR_ALREADY_INITIALIZED',
  6: 'NVML_ERROR_NOT_FOUND',
  7: 'NVML_ERROR_INSUFFICIENT_SIZE',
  8: 'NVML_ERROR_INSUFFICIENT_POWER',
  9: 'NVML_ERROR_DRIVER_NOT_LOADED',
  10: 'NVML_ERROR_TIMEOUT',
  11: 'NVML_ERROR_IRQ_ISSUE',
  12: 'NVML_ERROR_LIBRARY_NOT_FOUND',
  13: 'NVML_ERROR_FUNCTION_NOT_FOUND',
  14: 'NVML_ERROR_CORRUPTED_INFOROM',
  15: 'NVML_ERROR_GPU_IS_LOST',
  16: 'NVML_ERROR_RESET_REQUIRED',
  17: 'NVML_ERROR_OPERATING_SYSTEM',
  18: 'NVML_ERROR_LIB_RM_VERSION_MISMATCH',
  19: 'NVML_ERROR_IN_USE',
  20: 'NVML_ERROR_MEMORY',
  21: 'NVML_ERROR_NO_DATA',
  22: 'NVML_ERROR_VGPU_ECC_NOT_SUPPORTED',
  23: 'NVML_ERROR_INSUFFICIENT_RESOURCES',
  24: 'NVML_ERROR_FREQ_NOT_SUPPORTED',
  25: 'NVML_ERROR_ARGUMENT_VERSION_MISMATCH',
  26: 'NVML_ERROR_DEPRECATED',
  27: 'NVML_ERROR_NOT_READY',
  28: 'NVML_ERROR_GPU_NOT_FOUND',
  29: 'NVML_ERROR_INVALID_STATE',
  30: 'NVML_ERROR_RESET_TYPE_NOT_SUPPORTED',
  999: 'NVML_ERROR_UNKNOWN',
};

/** Those that powerlog decides by. */
export const ReturnCode = {
  success: 0,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  driverNotLoaded: 9,
  functionNotFound: 13,
  operatingSystem: 17,
  libraryMismatch: 18,
  argumentVersion: 25,
  deprecated: 26,
} as const;

export const returnCodeName = (code: number): string => names[code] ?? `NVML error ${code}`;

/** The card or its driver has no such value and will have none, which is no failure of a reading. */
export const isUnsupported = (code: number): boolean => unsupported.has(code);

const unsupported: ReadonlySet<number> = new Set([
  ReturnCode.invalidArgument,
  ReturnCode.notSupported,
  ReturnCode.noPermission,
  ReturnCode.notFound,
  ReturnCode.functionNotFound,
  ReturnCode.argumentVersion,
  ReturnCode.deprecated,
]);

export const isForbidden = (code: number): boolean =>
  code === ReturnCode.noPermission || code === ReturnCode.operatingSystem;
