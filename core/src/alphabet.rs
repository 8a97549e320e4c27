//! The GSM 7-bit default alphabet and its extension table: 3GPP TS 23.038, sections 6.2.1 and
//! 6.2.1.1. 137 code points: 127 basic (the escape code is none) and 10 extension.

/// Septets that `c` takes in GSM-7: 1, or 2 for the extension table; `None` forces UCS-2.
#[must_use]
pub const fn septets(c: char) -> Option<u8> {
    let code = c as u32;
    let septets = if code < 0x80 {
        ASCII[code as usize]
    } else {
        match c {
            '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ'
            | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡'
            | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => 1,
            '€' => 2,
            _ => 0,
        }
    };
    if septets == 0 { None } else { Some(septets) }
}

/// Septets of each ASCII character; 0 forces UCS-2 (the backtick, tab and most controls).
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut code = 0x20;
    while code < 0x7F {
        table[code] = 1;
        code += 1;
    }
    table[b'`' as usize] = 0;
    table[b'\n' as usize] = 1;
    table[b'\r' as usize] = 1;
    let extension = [0x0C, b'^', b'{', b'}', b'\\', b'[', b']', b'~', b'|'];
    let mut at = 0;
    while at < extension.len() {
        table[extension[at] as usize] = 2;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down from TS 23.038 a second time, row by row of the standard's own table.
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
        ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENSION: &str = "\u{0C}^{}\\[~]|€";

    #[test]
    fn the_alphabet_is_the_standards_and_nothing_else() {
        let (mut basic, mut extension) = (0, 0);
        for c in '\0'..=char::MAX {
            let expected = match (BASIC.contains(c), EXTENSION.contains(c)) {
                (true, false) => Some(1),
                (false, true) => Some(2),
                (false, false) => None,
                (true, true) => panic!("{c:?} is in both tables"),
            };
            assert_eq!(septets(c), expected, "{c:?}");
            basic += usize::from(expected == Some(1));
            extension += usize::from(expected == Some(2));
        }
        assert_eq!((basic, extension), (127, 10));
    }
}
