package standup

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// Resolve turns a local date and time into the instant at which the clocks of
// loc first reach it:
//
//   - the instant itself, in the ordinary case;
//   - the first of the two where clocks are set back and the time comes twice;
//   - the first instant after the gap where clocks are set forward over it. The
//     instant may then be on the next date; the run keeps its own.
//
// It reports false, meaning no run and nothing to catch up, for a date that
// loc skipped as a whole (Samoa had no 2011-12-30) or that no calendar has,
// and for a tod outside 0..1439. It panics if loc is nil.
//
// Governments change clocks at short notice: keep the date and the time, and
// resolve them anew whenever the instant is needed.
func Resolve(d Date, tod TimeOfDay, loc *time.Location) (t time.Time, ok bool) {
	if !tod.valid() {
		return time.Time{}, false
	}
	t = firstReaching(d, tod, loc)
	if DateOf(t, loc) != d && DateOf(firstReaching(d, 0, loc), loc) != d {
		return time.Time{}, false
	}
	return t, true
}

// firstReaching returns the earliest instant at which the clocks of loc show d
// and tod or something later.
//
// [time.Date] leaves open which instant it picks around a change of the clocks,
// and [time.Time.ZoneBounds] is wrong on some dates with compact zone data, so
// this looks only at the offset in force at an instant.
func firstReaching(d Date, tod TimeOfDay, loc *time.Location) time.Time {
	const (
		maxOffset = 26 * 60 * 60 // Seconds; zone data allows less than that on either side of UTC.
		step      = 24 * 60 * 60 // Seconds; clocks have never changed twice within three days.
	)
	offset := func(at int64) int64 {
		_, seconds := time.Unix(at, 0).In(loc).Zone()
		return int64(seconds)
	}
	want := time.Date(d.Year, d.Month, d.Day, 0, int(tod), 0, 0, time.UTC).Unix()
	// Each turn covers [from, to) with one offset; the clocks before from are all before want.
	for from := want - maxOffset; ; {
		inForce := offset(from)
		to := from + step
		if offset(to) != inForce {
			to = firstChange(from, to, offset)
		}
		if at := max(from, want-inForce); at < to {
			return time.Unix(at, 0).In(loc)
		}
		from = to
	}
}

// firstChange returns the instant in (same, changed] at which the offset stops
// being what it is at same.
func firstChange(same, changed int64, offset func(int64) int64) int64 {
	inForce := offset(same)
	for changed-same > 1 {
		if middle := same + (changed-same)/2; offset(middle) == inForce {
			same = middle
		} else {
			changed = middle
		}
	}
	return changed
}

// LoadZone returns the time zone of an IANA name such as "Africa/Lagos" or
// "UTC". What is no such name is refused with an [*InputError], with the name
// that was probably meant where there is one; so are "", "Local" and paths,
// which [time.LoadLocation] would take. The zone's String is name.
//
// A zone is read once and kept for the life of the process; new zone data takes
// a restart.
func LoadZone(name string) (*time.Location, error) {
	if loc, ok := loadedZones.get(name); ok {
		return loc, nil
	}
	if zoneName.MatchString(name) && name != "Local" {
		if loc, err := time.LoadLocation(name); err == nil {
			loadedZones.put(name, loc)
			return loc, nil
		}
	}
	hint := "write a name of the IANA time zone database, for example Africa/Lagos"
	switch near := nearestZone(name); near {
	case "":
	case name:
		hint = "this machine has no data for it: install the package tzdata or build with -tags timetzdata"
	default:
		hint = "the nearest name is " + near
	}
	return nil, inputError("time zone", name, hint)
}

// zoneName also keeps out right/ and posix/, directories of zone data in which
// seconds are counted differently.
var zoneName = regexp.MustCompile(`^[A-Z][\w+-]*(/[A-Z][\w+-]*)*$`)

// loadedZones spares the engine, which asks for the zones of all its people
// time and again, from reading files.
var loadedZones zoneCache

type zoneCache struct {
	mu    sync.Mutex
	zones map[string]*time.Location
}

func (c *zoneCache) get(name string) (*time.Location, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	loc, ok := c.zones[name]
	return loc, ok
}

func (c *zoneCache) put(name string, loc *time.Location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// There are some 600 zones, but a file system that ignores case knows each
	// by many names.
	if c.zones == nil || len(c.zones) >= 1000 {
		c.zones = make(map[string]*time.Location)
	}
	c.zones[name] = loc
}

// nearestZone returns the name in zoneNames that name most likely means: by its
// full name or its city alone, with at most two typing errors. It returns ""
// when none is that close.
func nearestZone(name string) string {
	typed := strings.ReplaceAll(strings.ToLower(name), " ", "_")
	nearest, best := "", min(len(typed)/4, 2)+1
	for line := range strings.Lines(zoneNames) {
		area, cities, _ := strings.Cut(line, ": ")
		for city := range strings.FieldsSeq(cities) {
			full := area + "/" + city
			short := city[strings.LastIndexByte(city, '/')+1:]
			for _, candidate := range []string{full, short} {
				if errs := typingErrors(typed, strings.ToLower(candidate), best); errs < best {
					nearest, best = full, errs
				}
			}
		}
	}
	return nearest
}

// typingErrors counts the letters to insert, remove or replace between a and b.
// It gives up early, and returns limit, when there are at least that many.
func typingErrors(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return min(row[len(b)], limit)
}

// zoneNames lists the main zone of every country and region, area by area, as
// suggestions. Zones absent here are still accepted.
const zoneNames = `Africa: Abidjan Accra Addis_Ababa Algiers Asmara Bamako Bangui Banjul Bissau Blantyre Brazzaville Bujumbura Cairo
Africa: Casablanca Ceuta Conakry Dakar Dar_es_Salaam Djibouti Douala El_Aaiun Freetown Gaborone Harare
Africa: Johannesburg Juba Kampala Khartoum Kigali Kinshasa Lagos Libreville Lome Luanda Lubumbashi Lusaka Malabo
Africa: Maputo Maseru Mbabane Mogadishu Monrovia Nairobi Ndjamena Niamey Nouakchott Ouagadougou Porto-Novo
Africa: Sao_Tome Tripoli Tunis Windhoek
America: Adak Anchorage Anguilla Antigua Araguaina Argentina/Buenos_Aires Argentina/Catamarca Argentina/Cordoba
America: Argentina/Jujuy Argentina/La_Rioja Argentina/Mendoza Argentina/Rio_Gallegos Argentina/Salta
America: Argentina/San_Juan Argentina/San_Luis Argentina/Tucuman Argentina/Ushuaia Aruba Asuncion Atikokan Bahia
America: Bahia_Banderas Barbados Belem Belize Blanc-Sablon Boa_Vista Bogota Boise Cambridge_Bay Campo_Grande
America: Cancun Caracas Cayenne Cayman Chicago Chihuahua Ciudad_Juarez Costa_Rica Coyhaique Creston Cuiaba Curacao
America: Danmarkshavn Dawson Dawson_Creek Denver Detroit Dominica Edmonton Eirunepe El_Salvador Fort_Nelson
America: Fortaleza Glace_Bay Goose_Bay Grand_Turk Grenada Guadeloupe Guatemala Guayaquil Guyana Halifax Havana
America: Hermosillo Indiana/Indianapolis Indiana/Knox Indiana/Marengo Indiana/Petersburg Indiana/Tell_City
America: Indiana/Vevay Indiana/Vincennes Indiana/Winamac Inuvik Iqaluit Jamaica Juneau Kentucky/Louisville
America: Kentucky/Monticello Kralendijk La_Paz Lima Los_Angeles Lower_Princes Maceio Managua Manaus Marigot
America: Martinique Matamoros Mazatlan Menominee Merida Metlakatla Mexico_City Miquelon Moncton Monterrey
America: Montevideo Montserrat Nassau New_York Nome Noronha North_Dakota/Beulah North_Dakota/Center
America: North_Dakota/New_Salem Nuuk Ojinaga Panama Paramaribo Phoenix Port-au-Prince Port_of_Spain Porto_Velho
America: Puerto_Rico Punta_Arenas Rankin_Inlet Recife Regina Resolute Rio_Branco Santarem Santiago Santo_Domingo
America: Sao_Paulo Scoresbysund Sitka St_Barthelemy St_Johns St_Kitts St_Lucia St_Thomas St_Vincent Swift_Current
America: Tegucigalpa Thule Tijuana Toronto Tortola Vancouver Whitehorse Winnipeg Yakutat
Antarctica: Casey Davis DumontDUrville Macquarie Mawson McMurdo Palmer Rothera Syowa Troll Vostok
Arctic: Longyearbyen
Asia: Aden Almaty Amman Anadyr Aqtau Aqtobe Ashgabat Atyrau Baghdad Bahrain Baku Bangkok Barnaul Beirut Bishkek
Asia: Brunei Chita Colombo Damascus Dhaka Dili Dubai Dushanbe Famagusta Gaza Hebron Ho_Chi_Minh Hong_Kong Hovd
Asia: Irkutsk Jakarta Jayapura Jerusalem Kabul Kamchatka Karachi Kathmandu Khandyga Kolkata Krasnoyarsk
Asia: Kuala_Lumpur Kuching Kuwait Macau Magadan Makassar Manila Muscat Nicosia Novokuznetsk Novosibirsk Omsk Oral
Asia: Phnom_Penh Pontianak Pyongyang Qatar Qostanay Qyzylorda Riyadh Sakhalin Samarkand Seoul Shanghai Singapore
Asia: Srednekolymsk Taipei Tashkent Tbilisi Tehran Thimphu Tokyo Tomsk Ulaanbaatar Urumqi Ust-Nera Vientiane
Asia: Vladivostok Yakutsk Yangon Yekaterinburg Yerevan
Atlantic: Azores Bermuda Canary Cape_Verde Faroe Madeira Reykjavik South_Georgia St_Helena Stanley
Australia: Adelaide Brisbane Broken_Hill Darwin Eucla Hobart Lindeman Lord_Howe Melbourne Perth Sydney
Etc: UTC
Europe: Amsterdam Andorra Astrakhan Athens Belgrade Berlin Bratislava Brussels Bucharest Budapest Busingen
Europe: Chisinau Copenhagen Dublin Gibraltar Guernsey Helsinki Isle_of_Man Istanbul Jersey Kaliningrad Kirov Kyiv
Europe: Lisbon Ljubljana London Luxembourg Madrid Malta Mariehamn Minsk Monaco Moscow Oslo Paris Podgorica Prague
Europe: Riga Rome Samara San_Marino Sarajevo Saratov Simferopol Skopje Sofia Stockholm Tallinn Tirane Ulyanovsk
Europe: Vaduz Vatican Vienna Vilnius Volgograd Warsaw Zagreb Zurich
Indian: Antananarivo Chagos Christmas Cocos Comoro Kerguelen Mahe Maldives Mauritius Mayotte Reunion
Pacific: Apia Auckland Bougainville Chatham Chuuk Easter Efate Fakaofo Fiji Funafuti Galapagos Gambier Guadalcanal
Pacific: Guam Honolulu Kanton Kiritimati Kosrae Kwajalein Majuro Marquesas Midway Nauru Niue Norfolk Noumea
Pacific: Pago_Pago Palau Pitcairn Pohnpei Port_Moresby Rarotonga Saipan Tahiti Tarawa Tongatapu Wake Wallis`
