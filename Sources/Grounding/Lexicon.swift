/// What the room knows of words: abbreviations, groups of words of one meaning, medicines and words
/// that carry nothing. Read once from tables in the binary.
struct Lexicon: Sendable {
  /// Senses of an abbreviation, each as stems.
  let senses: [String: [[String]]]
  /// Groups that a stem belongs to.
  let groups: [String: [Int]]
  /// Stems of medicines that no ending gives away.
  let drugs: Set<String>
  /// Fitted trees by what they decide: `evidence`, or a kind of detail.
  let trees: [String: DecisionTrees]
  /// What was fitted to models, by their shape.
  let modelTables: [String: ModelTables]
  /// Weights of the answerability gauge by what they were fitted to.
  let gauges: [String: [Double]]

  static let shared = Lexicon()

  private init() {
    senses = Self.readSenses(PackageResources.abbreviations_tsv)
    groups = Self.readGroups(PackageResources.groups_txt)
    drugs = Set(Self.lines(PackageResources.drugs_txt).flatMap(\.words).map(Stem.of))
    trees = DecisionTrees.all(in: PackageResources.trees_txt)
    gauges = QuestionGauge.tables(in: PackageResources.answerability_txt)
    modelTables = ModelTables.all(in: PackageResources.model_trees_txt)
  }

  private struct Line {
    var words: [String]
  }

  private static func lines(_ bytes: [UInt8]) -> [Line] {
    bytes.split(separator: 10).filter { $0.first != 35 }.map { line in
      Line(words: line.split(separator: 32).map { String(decoding: $0, as: UTF8.self) })
    }
  }

  private static func readGroups(_ bytes: [UInt8]) -> [String: [Int]] {
    var groups: [String: [Int]] = [:]
    for (index, line) in lines(bytes).enumerated() {
      for word in line.words where !word.contains("+") {
        let stem = Stem.of(word)
        if groups[stem]?.contains(index) != true { groups[stem, default: []].append(index) }
      }
    }
    return groups
  }

  private static func readSenses(_ bytes: [UInt8]) -> [String: [[String]]] {
    var senses: [String: [[String]]] = [:]
    for line in bytes.split(separator: 10) where line.first != 35 {
      let halves = line.split(separator: 9)
      guard halves.count == 2 else { continue }
      let short = String(decoding: halves[0], as: UTF8.self)
      senses[short] = halves[1].split(separator: 124).map { sense in
        sense.split { !($0 >= 97 && $0 <= 122) && !($0 >= 48 && $0 <= 57) }
          .map { Stem.of(String(decoding: $0, as: UTF8.self)) }
          .filter { !stopWords.contains($0) }
      }.filter { !$0.isEmpty }
    }
    return senses
  }

  /// Whether a word names a medicine.
  func isDrug(_ token: Token) -> Bool {
    guard token.kind == .word, token.text.utf8.count >= 4 else { return false }
    if drugs.contains(token.stem) { return true }
    return token.text.utf8.count >= 7 && Self.isDrugByEnding(token.text)
  }

  /// Whether the end of a word in small letters makes it a medicine's name.
  static func isDrugByEnding(_ word: String) -> Bool {
    drugEndings.contains { word.hasSuffix($0) } && !notDrugs.contains(word)
  }

  static let drugEndings = [
    "pril", "sartan", "olol", "statin", "mab", "tinib", "ciclib", "azole", "cillin", "mycin",
    "floxacin", "xaban", "parin", "gliptin", "gliflozin", "semide", "thiazide", "dipine", "sone",
    "solone", "onide", "zepam", "zolam", "triptan", "setron", "cyclovir", "ciclovir", "navir",
    "tegravir", "fovir", "amivir", "cycline", "caine", "lukast", "terol", "tropium", "profen",
    "oxetine", "opram", "apine", "eridone", "azine", "platin", "taxel", "rubicin", "glutide",
    "fibrate", "barbital", "penem", "cefepime", "axone", "alexin", "axime", "azidime", "azolin",
    "mustine", "idronate", "dronic", "parib", "traline", "nidazole", "fungin", "prazole",
    "tadine", "vastatin", "azosin", "lamide", "rafenib", "zomib", "cept", "stim", "relin", "tide",
  ]

  private static let notDrugs: Set<String> = [
    "peptide", "intercept", "concept", "precept", "magazine", "person", "nucleotide", "accept",
    "except", "polypeptide", "cocaine", "cortisone",
  ]

  /// Words that say nothing about what a sentence is about.
  static let stopWords: Set<String> = Set(
    """
    a an the of to in on at for and or but with w by from as is was were are be been being it its
    he she his her hers him they them their this that these those there which who whom what when
    where why how did do does done had has have having not no nor than then so if also only into
    over under about after before during until till while both each any all some other another
    more most very per via i ii you your we our us me my mine would should could can will may might
    must shall because since due up down out off again same such here just one two three first
    second s t m p x d c patient pt note summary states state says said says list listed mention
    named name record recorded documented yes however although though still yet every once
    between within without against through including include included
    """.split { $0 == " " || $0 == "\n" }.flatMap { [String($0), Stem.of(String($0))] })
}
