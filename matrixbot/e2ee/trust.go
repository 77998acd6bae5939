package e2ee

// Trust is how sure it is that an event comes from the person whose name it bears. Higher is surer; the zero value is
// [TrustUnknown].
type Trust int

// How much a sender's device can be trusted, from the least to the most.
const (
	TrustUnknown     Trust = iota // The event was not encrypted, or nothing is known of the device.
	TrustUnverified               // The device is known, and its owner has not signed it.
	TrustCrossSigned              // Its owner has signed it, with the identity that was seen first.
	TrustVerified                 // And somebody here has verified that identity.
)

// String returns the level as people say it.
func (t Trust) String() string {
	switch t {
	case TrustUnverified:
		return "unverified"
	case TrustCrossSigned:
		return "cross-signed"
	case TrustVerified:
		return "verified"
	default:
		return "unknown"
	}
}
