package boltstore

import (
	"fmt"

	"github.com/signalbox-go/signalbox/internal/boltfile"
)

// The buckets of the file. All keys are made by key.
var (
	ownerBucket   = []byte("owner")
	syncBucket    = []byte("sync")
	recordsBucket = []byte("records")

	roomBucket     = []byte("state.room")     // room, kind
	memberBucket   = []byte("state.member")   // room, user
	memberOfBucket = []byte("state.memberof") // user, room

	verificationBucket = []byte("verification") // transaction

	accountBucket  = []byte("crypto.account")
	olmBucket      = []byte("crypto.olm")       // sender key, session
	olmHashBucket  = []byte("crypto.olmhash")   // hash
	olmTimeBucket  = []byte("crypto.olmtime")   // time, hash
	inboundBucket  = []byte("crypto.inbound")   // room, session
	outboundBucket = []byte("crypto.outbound")  // room
	sharedBucket   = []byte("crypto.shared")    // user, identity key, session
	indexBucket    = []byte("crypto.index")     // hash of session, message index
	prunedBucket   = []byte("crypto.pruned")    // hash of session
	deviceBucket   = []byte("crypto.device")    // user, device
	deviceByKey    = []byte("crypto.devicekey") // user, identity key
	trackedBucket  = []byte("crypto.tracked")   // user
	identityBucket = []byte("crypto.identity")  // user, usage
	signedBucket   = []byte("crypto.signed")    // signed user, signed key, signer, signer's key
	signerBucket   = []byte("crypto.signer")    // signer, signer's key, signed user, signed key
	secretBucket   = []byte("crypto.secret")    // name
)

var layout = boltfile.Layout{
	What: "a store of a Matrix bot", Marker: []byte("signalbox.matrix"), Format: 1, MapSize: boltfile.RoomyMap(),
	Buckets: [][]byte{
		ownerBucket, syncBucket, recordsBucket, roomBucket, memberBucket, memberOfBucket, verificationBucket,
		accountBucket, olmBucket, olmHashBucket, olmTimeBucket, inboundBucket, outboundBucket, sharedBucket, indexBucket,
		prunedBucket, deviceBucket, deviceByKey, trackedBucket, identityBucket, signedBucket, signerBucket, secretBucket,
	},
}

// Open opens the store in the file at path. It creates the file, mode 0600, and its folder,
// mode 0700, if they are absent; a file of length zero is a new store. A store that others
// may read is given mode 0600 again.
//
// Open refuses, and leaves as it was, whatever it cannot use: a file that another process
// holds (after waiting a second for it), one that is not a regular file or cannot be
// written, that another program wrote, that is damaged or cut short, or that a newer version
// wrote. The error names the file and says what to do. It reads the whole file to find
// damage. The caller closes the store.
func Open(path string, options ...Option) (*Store, error) {
	c := config{commitAfter: defaultCommitAfter}
	for _, option := range options {
		if err := option(&c); err != nil {
			return nil, fmt.Errorf("boltstore: open %s: %w", path, err)
		}
	}
	db, err := boltfile.Open(path, layout)
	if err != nil {
		return nil, fmt.Errorf("boltstore: open %s: %w", path, err)
	}
	s := &Store{db: db, path: path, commitAfter: c.commitAfter}
	s.state.store = s
	return s, nil
}
