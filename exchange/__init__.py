"""Files in place of an interface: questions that go out, answers and applications that come back as XLSX or JSON."""
