"""How is it told?  Verdicts, mistakes with place and line, evidence and remarks."""
