package zuliptest

// emojiCodes are the emoji that can be named without their code: those which bots use, not all of Zulip's.
// Any other is accepted with emoji_code.
var emojiCodes = map[string]string{
	"+1": "1f44d", "thumbs_up": "1f44d", "-1": "1f44e", "thumbs_down": "1f44e", "ok": "1f44c", "wave": "1f44b",
	"clap": "1f44f", "pray": "1f64f", "raised_hands": "1f64c", "point_up": "1f446", "eyes": "1f440", "heart": "2764",
	"smile": "1f642", "laughing": "1f606", "joy": "1f602", "cry": "1f622", "frown": "1f641", "thinking": "1f914",
	"tada": "1f389", "rocket": "1f680", "fire": "1f525", "star": "2b50", "sparkles": "2728", "100": "1f4af",
	"check": "2705", "check_mark": "2714", "cross_mark": "274c", "question": "2753", "exclamation": "2757",
	"warning": "26a0", "stop_sign": "1f6d1", "no_entry": "26d4", "lock": "1f512", "key": "1f511",
	"hourglass": "23f3", "alarm_clock": "23f0", "time_ticking": "23f3", "calendar": "1f4c5", "memo": "1f4dd",
	"pencil": "270f", "speech_balloon": "1f4ac", "working_on_it": "1f6e0", "construction": "1f6a7",
	"bug": "1f41b", "octopus": "1f419", "car": "1f697", "airplane": "2708", "palm_tree": "1f334", "beach": "1f3d6",
	"house": "1f3e0", "sick": "1f912", "face_with_thermometer": "1f912", "zzz": "1f4a4", "coffee": "2615",
	"one": "0031-20e3", "two": "0032-20e3", "three": "0033-20e3", "four": "0034-20e3", "five": "0035-20e3",
	"six": "0036-20e3", "seven": "0037-20e3", "eight": "0038-20e3", "nine": "0039-20e3", "zero": "0030-20e3",
}
