package show

import (
	"os"
	"strconv"
)

// The page is told over descriptor 3, which a program that rtbook runs has
// inherited. What goes over it is in package rtbook/runner/wire, which this
// package does without: it is part of programs that know nothing of rtbook.
const (
	pageEnv     = "RTBOOK_REPORTS" // wire.ReportsEnv
	frameBegins = '\x1d'           // wire.frameBegins
)

// page is where displays go besides standard output; nil if nobody asked for
// them. It is found while the program is initialised, before its main function
// takes the variable out of the environment.
var page = openPage(os.Getenv(pageEnv))

func openPage(name string) *os.File {
	if name == "" {
		return nil
	}
	if fd, err := strconv.Atoi(name); err == nil {
		return os.NewFile(uintptr(fd), "displays")
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil
	}
	return f
}

// send prints a display's text form in one write, and sends a frame to the page
// in one: with the data, or with what is wrong with it. That the page cannot be
// reached is nothing that the program could mend.
func send(d display) {
	frame, form := encodeFrame(d)
	os.Stdout.Write(form)
	if page != nil {
		page.Write(frame)
	}
}

// encodeFrame returns what goes over the wire, a line of JSON, and the text form.
func encodeFrame(d display) (frame, form []byte) {
	o := open([]byte{frameBegins})
	o.text("kind", d.Kind())
	kind := o
	o.name("data")
	data, fault := encode(o.b, d)
	o.b = data
	if fault != nil {
		o = kind
		o.text("fault", fault.Error())
	}
	form = appendForm(nil, d, fault)
	o.text("text", string(form))
	return append(o.close(), '\n'), form
}
