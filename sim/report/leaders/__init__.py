"""The leaders' report: a few pages that tell a finance committee what to buy first, and how sure that is.

In: an `Appraisal`. Out: a `Paper`, and from it one page of HTML that loads nothing, or a PDF. Invariant: both forms say
the same; the numbers are those of the appraisal, rounded.
"""
