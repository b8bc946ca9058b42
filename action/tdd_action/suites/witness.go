package testing

import (
	"strconv"
	"sync"
	"syscall"
)

// Laid over Go's own package for one run: tells the recorder how each test ended, by a line of its own for each, past
// whatever the code under test writes to its output. The key comes once, over the connection, before any test runs.
var tddWitness = tddConnected()

type tddConnection struct {
	sync.Mutex
	socket int
	key    [2]uint64
	count  int
}

func tddConnected() *tddConnection {
	name, found := syscall.Getenv("TDD_WITNESS")
	if !found {
		return nil
	}
	syscall.Unsetenv("TDD_WITNESS")
	socket, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	var key [16]byte
	if syscall.Connect(socket, &syscall.SockaddrUnix{Name: "@" + name}) != nil {
		syscall.Close(socket)
		return nil
	}
	for read := 0; read < len(key); {
		count, err := syscall.Read(socket, key[read:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || count <= 0 {
			syscall.Close(socket)
			return nil
		}
		read += count
	}
	return &tddConnection{socket: socket, key: [2]uint64{tddWord(key[:8]), tddWord(key[8:])}}
}

func tddSaw(name string, failed, skipped bool) {
	if tddWitness == nil {
		return
	}
	end := "pass"
	if failed {
		end = "fail"
	} else if skipped {
		end = "skip"
	}
	tddWitness.Lock()
	defer tddWitness.Unlock()
	line := strconv.Itoa(tddWitness.count) + " " + end + " " + name
	tddWitness.count++
	raw := []byte(strconv.FormatUint(tddSeal(tddWitness.key, line), 16) + " " + line + "\n")
	for len(raw) > 0 {
		count, err := syscall.Write(tddWitness.socket, raw)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		raw = raw[count:]
	}
}

func tddExample(eg InternalExample) bool {
	passed := runExample(eg)
	tddSaw(eg.Name, !passed, false)
	return passed
}

func tddWord(raw []byte) (word uint64) {
	for place, each := range raw {
		word |= uint64(each) << (8 * place)
	}
	return word
}

// SipHash-2-4 (Aumasson and Bernstein, 2012).
func tddSeal(key [2]uint64, text string) uint64 {
	a, b := key[0]^0x736f6d6570736575, key[1]^0x646f72616e646f6d
	c, d := key[0]^0x6c7967656e657261, key[1]^0x7465646279746573
	turn := func(times int) {
		for ; times > 0; times-- {
			a += b
			b = (b<<13 | b>>51) ^ a
			a = a<<32 | a>>32
			c += d
			d = (d<<16 | d>>48) ^ c
			a += d
			d = (d<<21 | d>>43) ^ a
			c += b
			b = (b<<17 | b>>47) ^ c
			c = c<<32 | c>>32
		}
	}
	raw := []byte(text)
	for ; len(raw) >= 8; raw = raw[8:] {
		word := tddWord(raw[:8])
		d ^= word
		turn(2)
		a ^= word
	}
	last := tddWord(raw) | uint64(len(text))<<56
	d ^= last
	turn(2)
	a ^= last
	c ^= 0xff
	turn(4)
	return a ^ b ^ c ^ d
}
