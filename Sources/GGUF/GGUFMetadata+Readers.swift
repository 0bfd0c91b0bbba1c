extension GGUFMetadata {
  /// The integer of any width at `key`.
  ///
  /// - Throws: `GGUFError` with `missingKey` or `wrongValue`; so do all readers here, and those of
  ///   optional values with `wrongValue` only.
  public func integer(_ key: String) throws(GGUFError) -> Int {
    try required(key, "an integer", optionalInteger(key))
  }

  /// The integer of any width at `key`, or nil where the key is missing.
  public func optionalInteger(_ key: String) throws(GGUFError) -> Int? {
    try scalar(key, "an integer") { $0.integer }
  }

  /// The floating-point number at `key`.
  public func float(_ key: String) throws(GGUFError) -> Float {
    try required(key, "a floating-point number", optionalFloat(key))
  }

  /// The floating-point number at `key`, or nil where the key is missing.
  public func optionalFloat(_ key: String) throws(GGUFError) -> Float? {
    try scalar(key, "a floating-point number") { $0.float }
  }

  /// The truth value at `key`.
  public func bool(_ key: String) throws(GGUFError) -> Bool {
    try required(key, "a truth value", optionalBool(key))
  }

  /// The truth value at `key`, or nil where the key is missing.
  public func optionalBool(_ key: String) throws(GGUFError) -> Bool? {
    try scalar(key, "a truth value") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// The text at `key`.
  public func string(_ key: String) throws(GGUFError) -> String {
    try required(key, "a string", optionalString(key))
  }

  /// The text at `key`, or nil where the key is missing.
  public func optionalString(_ key: String) throws(GGUFError) -> String? {
    try scalar(key, "a string") { if case .string(let value) = $0 { value } else { nil } }
  }

  /// The array at `key`, not yet decoded.
  public func array(_ key: String) throws(GGUFError) -> GGUFArray {
    try required(key, "an array", optionalArray(key))
  }

  /// The array at `key`, not yet decoded, or nil where the key is missing.
  public func optionalArray(_ key: String) throws(GGUFError) -> GGUFArray? {
    try scalar(key, "an array") { if case .array(let value) = $0 { value } else { nil } }
  }

  /// The strings of the array at `key`; bytes that are no UTF-8 become U+FFFD.
  public func strings(_ key: String) throws(GGUFError) -> [String] {
    try array(key).strings()
  }

  /// The strings of the array at `key`, or nil where the key is missing.
  public func optionalStrings(_ key: String) throws(GGUFError) -> [String]? {
    try optionalArray(key)?.strings()
  }

  /// The bytes of the strings of the array at `key`.
  public func byteStrings(_ key: String) throws(GGUFError) -> [[UInt8]] {
    try array(key).byteStrings()
  }

  /// The bytes of the strings of the array at `key`, or nil where the key is missing.
  public func optionalByteStrings(_ key: String) throws(GGUFError) -> [[UInt8]]? {
    try optionalArray(key)?.byteStrings()
  }

  /// The floating-point numbers of the array at `key`.
  public func floats(_ key: String) throws(GGUFError) -> [Float] {
    try array(key).floats()
  }

  /// The floating-point numbers of the array at `key`, or nil where the key is missing.
  public func optionalFloats(_ key: String) throws(GGUFError) -> [Float]? {
    try optionalArray(key)?.floats()
  }

  /// The integers of the array at `key`.
  public func integers(_ key: String) throws(GGUFError) -> [Int] {
    try array(key).integers()
  }

  /// The integers of the array at `key`, or nil where the key is missing.
  public func optionalIntegers(_ key: String) throws(GGUFError) -> [Int]? {
    try optionalArray(key)?.integers()
  }

  private func scalar<Result>(
    _ key: String, _ expected: String, _ convert: (GGUFValue) -> Result?
  ) throws(GGUFError) -> Result? {
    guard let value = self[key] else { return nil }
    if let result = convert(value) { return result }
    let found = value.integer.map { "\(value.type) \($0)" } ?? "\(value.type)"
    throw GGUFError(
      path: path,
      reason: .wrongValue(key: key, offset: offset(of: key), expected: expected, found: found))
  }

  private func required<Result>(
    _ key: String, _ expected: String, _ value: Result?
  ) throws(GGUFError) -> Result {
    if let value { return value }
    throw GGUFError(path: path, reason: .missingKey(key: key, expected: expected))
  }
}
