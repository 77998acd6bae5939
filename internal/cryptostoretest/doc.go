// Package cryptostoretest checks that a store of encryption keys does what the Olm machine of
// mautrix needs, beyond what its interface says: [Run] plays a list of cases and opens the
// store anew after each write, so that nothing is right only because memory still has it. Then it
// plays them with the store left open, so that nothing is right only because it came from the disk.
//
// A store of somebody else may be known to deviate. Those cases are named together with the
// reason, and must fail: when one passes, the reason is gone and Run says so.
//
// It needs the build tag goolm or libolm, as does every store of encryption keys.
package cryptostoretest
