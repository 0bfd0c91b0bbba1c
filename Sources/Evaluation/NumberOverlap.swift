/// Which numbers of the reference the answer gives exactly, and the other way round.
///
/// A number is a run of ASCII digits, with commas between groups of three and with decimals after a
/// point; `1,850` is `1850`, `1.50` is `1.5`, `007` is `7`. Signs, units and number words are not
/// read, and each number counts as often as it stands there.
public enum NumberOverlap {
  /// The two shares; nil where the side that is looked for has no number.
  public struct Score: Hashable, Sendable {
    /// The share of the answer's numbers that are in the reference.
    public let precision: Double?
    /// The share of the reference's numbers that are in the answer.
    public let recall: Double?
  }

  /// Compares the numbers of an answer with those of its reference.
  public static func score(answer: String, reference: String) -> Score {
    let (answer, reference) = (numbers(answer), numbers(reference))
    var open: [String: Int] = [:]
    for number in reference { open[number, default: 0] += 1 }
    var matchCount = 0
    for number in answer {
      guard let left = open[number], left > 0 else { continue }
      open[number] = left - 1
      matchCount += 1
    }
    func share(_ numbers: [String]) -> Double? {
      numbers.isEmpty ? nil : Double(matchCount) / Double(numbers.count)
    }
    return Score(precision: share(answer), recall: share(reference))
  }

  /// The numbers of a text in order, in their simplest spelling.
  public static func numbers(_ text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var found: [String] = []
    var index = 0
    while index < scalars.count {
      guard ReferenceText.isDigit(scalars[index]) else {
        index += 1
        continue
      }
      let whole = wholePart(scalars, index)
      var end = whole
      var decimals = ""
      if end + 1 < scalars.count, scalars[end] == ".", ReferenceText.isDigit(scalars[end + 1]) {
        end = digitsEnd(scalars, end + 1)
        decimals = digits(scalars[(whole + 1)..<end])
      }
      found.append(simplest(digits(scalars[index..<whole]), decimals))
      index = end
    }
    return found
  }

  /// Where the digits before a decimal point end, groups of three included.
  private static func wholePart(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
    var end = digitsEnd(scalars, start)
    guard end - start <= 3 else { return end }
    while end < scalars.count, scalars[end] == ",", digitsEnd(scalars, end + 1) == end + 4 {
      end += 4
    }
    return end
  }

  private static func digitsEnd(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
    var end = start
    while end < scalars.count, ReferenceText.isDigit(scalars[end]) { end += 1 }
    return end
  }

  private static func digits(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.lazy.filter(ReferenceText.isDigit))
    return String(text)
  }

  private static func simplest(_ whole: String, _ decimals: String) -> String {
    let whole = whole.drop { $0 == "0" }
    var decimals = decimals[...]
    while decimals.last == "0" { decimals.removeLast() }
    return (whole.isEmpty ? "0" : String(whole)) + (decimals.isEmpty ? "" : "." + decimals)
  }
}
