package matrixtest

import "strconv"

// roomVersion says how a room of a version differs.
type roomVersion struct {
	name             string
	number           int
	eventIDHasServer bool // 1 and 2: "$local:server"
	strictJSON       bool // from 6: numbers are integers
	restricted       bool // from 8: join rule "restricted"
	noCreatorField   bool // from 11
	redactsInContent bool // from 11
	idIsHash         bool // from 12: a room id without a server, and creators above every power level
}

func versionOf(name string) (roomVersion, bool) {
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || n > 12 || strconv.Itoa(n) != name {
		return roomVersion{}, false
	}
	return roomVersion{
		name: name, number: n, eventIDHasServer: n < 3, strictJSON: n >= 6, restricted: n >= 8,
		noCreatorField: n >= 11, redactsInContent: n >= 11, idIsHash: n >= 12,
	}, true
}
