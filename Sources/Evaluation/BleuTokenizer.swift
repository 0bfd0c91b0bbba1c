/// Words as mteval-v13a cuts them.
enum BleuTokenizer {
  static func tokens(_ text: String) -> [[Unicode.Scalar]] {
    var scalars = Array(text.unicodeScalars)
    while let last = scalars.last, ReferenceText.isBlank(last) { scalars.removeLast() }
    let replacements = [
      ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"),
      ("&lt;", "<"), ("&gt;", ">"),
    ]
    for (old, new) in replacements {
      scalars = replace(Array(old.unicodeScalars), by: Array(new.unicodeScalars), in: scalars)
    }
    scalars = [" "] + scalars + [" "]
    scalars = scalars.flatMap { isSymbol($0) ? [" ", $0, " "] : [$0] }
    scalars = pairs(scalars, where: { !ReferenceText.isDigit($0) && isStop($1) }) {
      [$0, " ", $1, " "]
    }
    scalars = pairs(scalars, where: { isStop($0) && !ReferenceText.isDigit($1) }) {
      [" ", $0, " ", $1]
    }
    scalars = pairs(scalars, where: { ReferenceText.isDigit($0) && $1 == "-" }) {
      [$0, " ", $1, " "]
    }
    return ReferenceText.words(scalars)
  }

  /// ASCII punctuation other than apostrophe, comma, hyphen and full stop, which are cut, if at all,
  /// by what stands around them.
  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " "..."&", "("..."+", ":"..."@", "/", "["..."`", "{"..."~": true
    default: false
    }
  }

  private static func isStop(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// Replaces pairs of neighbours from left to right; what was replaced is not looked at again.
  private static func pairs(
    _ scalars: [Unicode.Scalar], where matches: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    _ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count + 16)
    var index = 0
    while index < scalars.count {
      if index + 1 < scalars.count, matches(scalars[index], scalars[index + 1]) {
        result += replacement(scalars[index], scalars[index + 1])
        index += 2
      } else {
        result.append(scalars[index])
        index += 1
      }
    }
    return result
  }

  private static func replace(
    _ old: [Unicode.Scalar], by new: [Unicode.Scalar], in scalars: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    guard let first = old.first, scalars.contains(first) else { return scalars }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < scalars.count {
      if scalars[index] == first, scalars[index...].starts(with: old) {
        result += new
        index += old.count
      } else {
        result.append(scalars[index])
        index += 1
      }
    }
    return result
  }
}
