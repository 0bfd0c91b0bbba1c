extension IdentifierFinder {
  // MARK: Addresses of the net

  /// E-mail addresses, web addresses and network addresses: runs without a blank.
  mutating func addresses() {
    var start = 0
    while start < scalars.count {
      if isOutside(start) {
        start += 1
        continue
      }
      var end = start
      while end < scalars.count, !isOutside(end), end - start < 400 { end += 1 }
      var low = start
      var high = end
      while low < high, "([<{\"'".unicodeScalars.contains(scalars[low]) { low += 1 }
      while high > low, ")]>}\"'.,;:!?".unicodeScalars.contains(scalars[high - 1]) { high -= 1 }
      if let kind = kind(ofRun: scalars[low..<high]) { add(kind, scalars: low..<high) }
      start = max(end, start + 1)
    }
  }

  private func isOutside(_ index: Int) -> Bool {
    scalars[index].isBlank || scalars[index] == "\n" || scalars[index] == ","
      || scalars[index] == ";"
  }

  private func kind(ofRun run: ArraySlice<Unicode.Scalar>) -> IdentifierKind? {
    guard run.count >= 4 else { return nil }
    let text = String(String.UnicodeScalarView(run)).lowercased()
    if let at = run.firstIndex(of: "@"), at > run.startIndex,
      run[at...].contains("."),
      run[(at + 1)...].first?.isLetter == true
        || run[(at + 1)...].first?.isDigit == true
    {
      return .email
    }
    if text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("www.")
      || text.hasPrefix("ftp://")
    {
      return .url
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNetwork =
      parts.count == 4
      && parts.allSatisfy { part in
        Int(part).map { (0...255).contains($0) && part.utf8.count <= 3 } ?? false
      }
    if isNetwork { return .networkAddress }
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    let isHex = { (part: Substring) in part.utf8.count <= 4 && part.allSatisfy(\.isHexDigit) }
    if groups.count >= 4, groups.count <= 8, groups.allSatisfy(isHex),
      groups.count(where: { !$0.isEmpty }) >= 3, groups.contains(where: { $0.utf8.count > 2 })
    {
      return .networkAddress
    }
    let endings: Set<Substring> = ["com", "org", "net", "edu", "gov", "uk", "info", "io", "nhs"]
    let host = text.split(separator: "/").first ?? ""
    let labels = host.split(separator: ".")
    if labels.count >= 2, let last = labels.last, endings.contains(last),
      labels.allSatisfy({ $0.utf8.count >= 2 })
    {
      return .url
    }
    return nil
  }

  // MARK: Numbers behind a label

  /// What a label's last word tells of the number behind it.
  private static let labels: [String: IdentifierKind] = [
    "mrn": .recordNumber, "mrns": .recordNumber, "nhs": .recordNumber, "chi": .recordNumber,
    "record": .recordNumber, "chart": .recordNumber, "hospital": .recordNumber,
    "unit": .recordNumber, "patient": .recordNumber, "urn": .recordNumber, "ur": .recordNumber,
    "policy": .planNumber, "member": .planNumber, "subscriber": .planNumber,
    "insurance": .planNumber, "medicare": .planNumber, "medicaid": .planNumber,
    "plan": .planNumber, "beneficiary": .planNumber, "group": .planNumber,
    "account": .accountNumber, "acct": .accountNumber, "invoice": .accountNumber,
    "iban": .accountNumber, "billing": .accountNumber,
    "license": .licenseNumber, "licence": .licenseNumber, "dea": .licenseNumber,
    "npi": .licenseNumber, "gmc": .licenseNumber, "certificate": .licenseNumber,
    "passport": .licenseNumber, "nmc": .licenseNumber,
    "plate": .vehicle, "vin": .vehicle, "registration": .vehicle, "reg": .vehicle,
    "serial": .device, "sn": .device, "s/n": .device, "udi": .device, "device": .device,
    "lot": .device,
    "ssn": .socialSecurity, "security": .socialSecurity,
    "accession": .other, "specimen": .other, "case": .other, "study": .other, "encounter": .other,
    "csn": .other, "visit": .other, "order": .other, "trial": .other, "sample": .other,
  ]
  private static let between: Set<String> = [
    ":", "#", ".", "-", "(", "no", "number", "num", "id", "nr", "is", "s/n", "code", "ref", "=",
    "plate",
  ]

  /// Numbers of records, policies, accounts, licences, vehicles, devices, behind a word for them.
  mutating func labelled() {
    for index in tokens.indices where tokens[index].kind == .word {
      guard let kind = Self.labels[text(index)] else { continue }
      var place = index + 1
      var steps = 0
      var sawMark = false
      var sawPoint = false
      while Self.between.contains(text(place)), steps < 5,
        tokens[place].kind == .mark || !touches(place + 1) || tokens[place + 1].kind == .mark
      {
        if text(place) == "." { sawPoint = true } else { sawMark = true }
        place += 1
        steps += 1
      }
      // "unit 4", "lot 2" and "group A" are words of every day without "no" or a colon.
      let isClear = [
        "mrn", "ssn", "vin", "npi", "dea", "gmc", "nhs", "csn", "udi", "iban", "passport", "plate",
      ]
      .contains(text(index))
      guard sawMark || (isClear && !sawPoint), let end = codeEnd(from: place) else { continue }
      add(kind, tokens: place...end)
    }
  }

  /// Capitals or digits, at most four.
  private func isPlatePart(_ index: Int) -> Bool {
    tokens[index].range.count <= 5 && tokens[index].kind != .mark
      && scalars[tokens[index].range].allSatisfy { $0.isDigit || $0.properties.isUppercase }
  }

  /// The last token of a code that begins at a token: letters, digits and hyphens without a gap, or
  /// groups of digits; nil where it holds fewer than four signs or no digit.
  private func codeEnd(from start: Int) -> Int? {
    guard tokens.indices.contains(start), tokens[start].kind != .mark else { return nil }
    var end = start
    while end + 1 < tokens.count {
      let gap = tokens[end + 1].range.lowerBound - tokens[end].range.upperBound
      let isPart = tokens[end + 1].kind != .mark || ["-", "/"].contains(text(end + 1))
      let isGroup =
        gap == 1 && scalars[tokens[end].range.upperBound] == " "
        && isNumber(end + 1, digits: 2...6) && isNumber(end, digits: 2...6)
      let isPlate =
        gap == 1 && scalars[tokens[end].range.upperBound] == " "
        && isPlatePart(end) && isPlatePart(end + 1)
        && scalars[tokens[start].range.lowerBound..<tokens[end].range.upperBound].count <= 5
      guard (gap == 0 && isPart) || isGroup || isPlate else { break }
      end += 1
    }
    if tokens[end].kind == .mark { end -= 1 }
    guard end >= start else { return nil }
    let range = tokens[start].range.lowerBound..<tokens[end].range.upperBound
    let digits = scalars[range].count { $0.isDigit }
    let signs = scalars[range].count { $0.isDigit || $0.isLetter }
    return digits >= 2 && signs >= 4 ? end : nil
  }
}
