import Grounding
import Testing

struct RedactionTests {
  /// A line for each kind of 45 CFR 164.514(b)(2)(i) that a text can hold; invented.
  @Test(arguments: [
    ("Seen by Dr. Anneke van der Berg on the ward.", "Seen by [Name] on the ward."),
    ("His wife Mary O'Brien called.", "His wife [Name] called."),
    ("Lives at 14 Larch Hill Road, Apt. 4B.", "Lives at [LOC]."),
    ("She lives in Ashford with a dog.", "She lives in [LOC] with a dog."),
    ("Springfield, IL 62704", "[LOC]"), ("LS1 4AP", "[LOC]"),
    ("Admitted on 12/03/2024 with fever.", "Admitted on [Date] with fever."),
    ("Seen 3 March 2024; again 2024-03-12, 11.04.2024.", "Seen [Date]; again [Date], [Date]."),
    ("A 93-year-old man.", "A [Age]-year-old man."),
    ("Call (555) 201-3344.", "Call [Phone]."), ("Fax: 020 7946 0018", "Fax: [Fax]"),
    ("Write to j.doe@ward.example.org.", "Write to [Email]."), ("SSN 219-09-9999", "SSN [SSN]"),
    ("MRN: 4821-77 noted", "MRN: [Reg#] noted"), ("Member ID: XK8824910", "Member ID: [Plan#]"),
    ("Account no. 5520184", "Account no. [Account#]"), ("DEA AB1234563", "DEA [License#]"),
    ("Registration no. LK19 XYZ", "Registration no. [Vehicle#]"),
    ("Pacemaker serial no. PM-88213", "Pacemaker serial no. [Device#]"),
    ("See https://ward.example.org/a?b=1.", "See [URL]."), ("IP 192.168.4.21", "IP [IP]"),
    ("Specimen no. S-24-10233", "Specimen no. [#]"),
  ])
  func identifiersBecomeTags(text: String, expected: String) {
    #expect(RedactedText(text).text == expected)
  }

  /// What notes are full of and tells nobody's name.
  @Test(arguments: [
    "Furosemide 40 mg PO BID, losartan 50 mg nocte x 3/52.", "BP 120/80, HR 92, SpO2 94% on 2 L.",
    "Cr 4.1 -> 2.3, Na 136, K 4.4, Hgb 9.8 g/dL (ref 12-16).", "Power 4/5 left leg. GCS 13/15.",
    "F/U renal clinic in 2 weeks. The patient may shower.", "Foley 16 Fr removed POD 2.",
    "A 67-year-old man. Parkinson disease; Murphy sign negative.", "GP to check U&E in 1 week.",
    "DISCHARGE MEDICATIONS\n1. Aspirin 81 mg daily", "No focal deficit. EF 35-40%.",
  ])
  func whatIsMedicineStays(text: String) {
    #expect(RedactedText(text).text == text)
  }

  @Test func aNameIsTakenOutWhereverItStandsAgain() {
    let text = "Dr Kowalczyk saw him. Later Kowalczyk agreed."
    #expect(RedactedText(text).text == "[Name] saw him. Later [Name] agreed.")
  }

  @Test func marksAreInScalarsAndInOrder() throws {
    let redacted = RedactedText("e\u{301}\u{1F600} Tel: 555-201-3344, Mr Smith")
    #expect(redacted.identifiers.map(\.kind) == [.phone, .name])
    #expect(redacted.identifiers.first?.range == 9..<21)
  }

  @Test(arguments: [
    "", "(", "+", "@", "Dr", "Dr.", "MRN:", "1/", "12/03/", "A.", "[::]", "\n\n", "Mr\n",
  ])
  func oddEndsHaveAResult(text: String) {
    #expect(RedactedText(text).text == text)
  }
}
