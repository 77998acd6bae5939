package main

import "time"

// What the team is asked.
const (
	askDone  = "What did you get done?"
	askNext  = "What comes next?"
	askBlock = "Anything in the way?"
)

// What people edit, before and after.
const (
	jonasTypo    = "Rolling it out to all 3 regions."
	jonasMeant   = "Rolling it out to 1 region, then waiting for Ngozi's numbers."
	mayaBlocked  = "Yes: no access to the staging cluster."
	mayaHelped   = "Solved, Jonas gave me access to the staging cluster."
	whileDown    = "Load tests for the new queue."
	lenaLate     = "Oh no, I forgot. Reviewed the queue changes."
	reportTopic  = "Standup " + standupDay
	commandTopic = "standup"
)

// script is the day, line by line.
func (d *demo) script() []step {
	berlin, lagos, newYork := d.jonas.zone, d.ngozi.zone, d.maya.zone
	return []step{
		d.scene("Tuesday, 16 June. Jonas sets up a standup"),
		d.posts(d.jonas, "setup 09:30 16:30 17:30"),
		d.reads(d.jonas, commandTopic, "is set up", "Europe/Berlin", "4"),
		d.later(time.Minute),
		d.posts(d.jonas, "config questions "+askDone+" | "+askNext+" | "+askBlock),
		d.reads(d.jonas, commandTopic, askDone, askNext, askBlock),
		d.later(time.Minute),
		d.posts(d.jonas, "config prompt_time 25:99"),
		d.reads(d.jonas, commandTopic, "25:99"),
		d.later(3 * time.Minute),
		d.writes(d.ngozi, "timezone Africa/Lagos"),
		d.hears(d.ngozi, "Africa/Lagos", "09:30"),
		d.later(10 * time.Minute),
		d.writes(d.maya, "timezone America/New_York"),
		d.hears(d.maya, "America/New_York", "09:30"),

		d.scene("Wednesday, 17 June. Half past nine in Berlin"),
		d.at("09:30", berlin),
		d.hears(d.jonas, "Hi", askDone, "17:30"),
		d.hears(d.lena, "Hi", askDone, "17:30"),
		d.later(4 * time.Minute),
		d.writes(d.jonas, "The new queue works on my machine."),
		d.hears(d.jonas, askNext),
		d.later(time.Minute),
		d.writes(d.jonas, jonasTypo),
		d.hears(d.jonas, askBlock),
		d.later(time.Minute),
		d.writes(d.jonas, "No."),
		d.hears(d.jonas, "thank you"),

		d.scene("Half past nine in Lagos, and the bot dies on the way"),
		d.at("09:30", lagos),
		d.hears(d.ngozi, "Hi", askDone, "16:30"),
		d.later(5 * time.Minute),
		d.cutsNextMessage(),
		d.writes(d.ngozi, "Measured the old queue: 900 jobs a second."),
		d.hears(d.ngozi, askNext),
		d.kills("The bot is killed. It posted that question but had no time to note it.", lagos),
		d.later(2 * time.Minute),
		d.writes(d.ngozi, whileDown),
		d.later(20 * time.Minute),
		d.restarts("The bot is started again, with nothing but its database file.", lagos),
		d.hears(d.ngozi, askBlock),
		d.later(time.Minute),
		d.writes(d.ngozi, "Nothing at all."),
		d.hears(d.ngozi, "thank you"),

		d.scene("Jonas thinks again and edits his answer"),
		d.at("11:05", berlin),
		d.edits(d.jonas, jonasTypo, jonasMeant),
		d.hears(d.jonas, "Changed your answer", askNext),

		d.scene("Half past nine in New York"),
		d.at("09:30", newYork),
		d.hears(d.maya, "Hi", askDone, "11:30"),
		d.later(2 * time.Minute),
		d.writes(d.maya, "[dashboard.png](/user_uploads/2/5f/dashboard.png)"),
		d.hears(d.maya, "only keep text"),
		d.later(time.Minute),
		d.writes(d.maya, "The dashboard shows the queue's latency."),
		d.hears(d.maya, askNext),
		d.later(time.Minute),
		d.writes(d.maya, "Alerts for it."),
		d.hears(d.maya, askBlock),
		d.later(time.Minute),
		d.writes(d.maya, mayaBlocked),
		d.hears(d.maya, "thank you"),

		d.scene("An hour before the end only Lena has said nothing"),
		d.at("16:30", berlin),
		d.hears(d.lena, "closes at", askDone),

		d.scene("The report"),
		d.at("17:30", berlin),
		d.reads(d.jonas, reportTopic, "3 of 4", jonasMeant, whileDown, mayaBlocked, "No answer from"),
		d.later(11 * time.Minute),
		d.writes(d.lena, lenaLate),
		d.hears(d.lena, "closed at", "not added"),
		d.later(9 * time.Minute),
		d.edits(d.maya, mayaBlocked, mayaHelped),
		d.hears(d.maya, "Changed your answer"),
		d.readsChange(d.maya, reportTopic, mayaHelped),
	}
}
