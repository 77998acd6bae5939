// Package storetest holds the contract of [standup.Store] as tests.
//
// A store of your own is right when its test says no more than this and passes:
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, func(t *testing.T, path string) standup.Store {
//			s, err := mystore.Open(path)
//			if err != nil {
//				t.Fatal(err)
//			}
//			return s
//		}, storetest.Traits{Persistent: true})
//	}
//
// The suite needs nothing but the standard library, so it adds no module to the
// one that runs it.
//
// [Faulty] goes around a store to let a test fail or crash at the instants that
// matter: just before a transaction commits, and just after.
package storetest
