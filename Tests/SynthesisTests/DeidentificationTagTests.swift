import Synthesis
import Testing

@Suite("De-identification marks")
struct DeidentificationTagTests {
  @Test(
    "each of the 39 classes becomes its tag",
    arguments: [
      ("First Name8 (NamePattern2) ", "[Name]", "first name"),
      ("Female First Name (un) 12", "[Name]", "female first name"),
      ("Male First Name (un) 3", "[Name]", "male first name"),
      ("Last Name (NamePattern1) 4500", "[Name]", "last name"),
      ("Known lastname 81", "[Name]", "last name"),
      ("Known firstname 7", "[Name]", "first name"),
      ("Name (NI) ", "[Name]", "name"), ("Name Initial (MD) ", "[Name]", "initials"),
      ("Initials (NamePattern4) ", "[Name]", "initials"),
      ("Known patient lastname 55", "[Name]", "relative's name"),
      ("Dictator Info ", "[DR]", "dictator"), ("Attending Info ", "[DR]", "attending"),
      ("Doctor Last Name 9", "[DR]", "doctor's name"),
      ("MD Number(1) 4", "[DR]", "provider number"),
      ("Provider Number 4", "[DR]", "provider number"), ("Hospital1 18", "[LOC]", "hospital"),
      ("Hospital Ward Name 121", "[LOC]", "ward"), ("Wardname 8", "[LOC]", "ward"),
      ("Location (un) 6", "[LOC]", "location"), ("Street Address(2) ", "[LOC]", "street address"),
      ("Apartment Address(1) 40", "[LOC]", "apartment"), ("PO Box 19", "[LOC]", "post office box"),
      ("University/College 5", "[LOC]", "university"), ("State 350", "[State]", "state"),
      ("State/Zipcode 77", "[State]", "zip code"), ("Country 1", "[Country]", "country"),
      ("Company 2", "[Company]", "company"),
      ("Medical Record Number 10", "[Reg#]", "medical record number"),
      ("Unit Number 3", "[Reg#]", "unit number"), ("Job Number 22", "[Reg#]", "job number"),
      ("Clip Number (Radiology) 5", "[Reg#]", "clip number"),
      ("Serial Number 8", "[Reg#]", "serial number"),
      ("Social Security Number 1", "[Reg#]", "social security number"),
      ("Numeric Identifier 6", "[#]", "numeric identifier"),
      ("Age over 90 ", "[Age]", "age over 90"), ("Telephone/Fax (1) 70", "[CI]", "telephone"),
      ("Pager number 9", "[CI]", "pager"), ("Contact Info 2", "[CI]", "contact information"),
      ("CC Contact Info 2", "[CI]", "contact information"),
      ("E-mail address 3", "[CI]", "electronic mail"), ("URL 4", "[URL]", "web address"),
      ("Month (only) 6", "[MO]", "month"), ("Holiday 3", "[DAY]", "day"),
      ("Year (4 digits) ", "[YR]", "year"), ("2151-7-16", "2151-7-16", "date"),
      ("7-16", "7-16", "date"), ("Date range (1) 44", "Date range (1) 44", "date"),
    ])
  func becomesTag(mark: String, text: String, name: String) {
    let result = DeidentificationTags.replacingMarks(in: "by [**\(mark)**].")
    #expect(result.text == "by \(text).")
    #expect(result.counts == [name: 1])
    #expect(result.unknown.isEmpty)
  }

  @Test("an unknown class is reported without its digits, hidden, and not fatal")
  func reportsUnknown() {
    let result = DeidentificationTags.replacingMarks(in: "[**Shoe Size 42**] and [**shoe size 9**]")
    #expect(result.text == "[#] and [#]")
    #expect(result.unknown == ["shoe size": 2])
  }

  @Test("text without marks, and a mark that is not closed, stay as they are")
  func leavesRest() {
    for text in ["", "No marks [here] **", "open [**Hospital", "**] [**"] {
      #expect(DeidentificationTags.replacingMarks(in: text).text == text)
    }
  }
}
