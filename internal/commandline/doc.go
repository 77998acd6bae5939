// Package commandline reads commands that people write in a chat: words and quotations, flags, typed values, and what
// to say when somebody got it wrong.
//
//	spec := commandline.Spec{
//		Args:  []commandline.Arg{{Name: "project"}},
//		Flags: []commandline.Flag{{Name: "limit", Short: 'l', Repeated: true}, {Name: "force", Kind: commandline.Bool}},
//	}
//	values, err := spec.Parse(`"web shop" -l eu --limit=us --force`)
//
// People write on telephones, which make “this” of "this" and — of --, so those count as what was meant. Nobody's
// message is cut up by guessing: what is not clear is an error that says what to write instead.
package commandline
